"""What a merchant wants done about charges that fail."""

from duro.merchant_api.recovery_settings.get_recovery_settings import GetRecoverySettings
from duro.merchant_api.recovery_settings.update_recovery_settings import (
    UpdateRecoverySettings,
    UpdateRecoverySettingsCommand,
)

__all__ = ["GetRecoverySettings", "UpdateRecoverySettings", "UpdateRecoverySettingsCommand"]
