from litestar import Controller, Response, get, patch
from litestar.di import NamedDependency

from duro.http_kit.call import Call
from duro.http_kit.operation import Operation
from duro.public_api.merchant import Merchant
from duro.public_api.recovery_settings.bodies import RecoverySettingsInput, UpdateRecoverySettingsInput
from duro.public_api.recovery_settings.examples import RecoverySettingsExamples
from duro.public_api.recovery_settings.views import RecoverySettingsView

_GET = Operation(
    id="getRecoverySettings",
    summary="Get what is done about charges that fail",
    form=RecoverySettingsInput,
    answer=RecoverySettingsView,
    answer_example=RecoverySettingsExamples.VIEW,
)
_UPDATE = Operation(
    id="updateRecoverySettings",
    summary="Change what is done about charges that fail",
    description="It holds from the next decision about each case on. Without `autoRecovery` cases rest until somebody "
    "retries them; without `dunningEnabled` payers aren't told of what failed.",
    form=UpdateRecoverySettingsInput,
    answer=RecoverySettingsView,
    example=RecoverySettingsExamples.BODY,
    answer_example=RecoverySettingsExamples.VIEW,
)


class RecoverySettingsController(Controller):
    """Settings of recovery."""

    path = "/v1/settings/recovery"
    tags = ("Recovery",)

    @get(opt=_GET.opt)
    async def show(self, call: NamedDependency[Call], merchant: NamedDependency[Merchant]) -> Response[bytes]:
        await call.read(RecoverySettingsInput)
        return call.shown(RecoverySettingsView.of(await merchant.recovery.settings.execute(call.tenant_id)))

    @patch(opt=_UPDATE.opt)
    async def change(self, call: NamedDependency[Call], merchant: NamedDependency[Merchant]) -> Response[bytes]:
        given = await call.read(UpdateRecoverySettingsInput)
        act = merchant.recovery.update_settings
        return await call.once(
            lambda receipt: act.execute(call.tenant_id, given.body.command(), receipt), RecoverySettingsView.of
        )
