"""What a merchant is told of at once, under one name."""

from typing import Final

STARTED: Final = ("subscription_created", "subscription_activated")
FAILED: Final = ("invoice_created", "subscription_past_due", "subscription_payment_failed")
AGAIN: Final = ("subscription_payment_failed",)
ASKED: Final = ("subscription_payment_action_required",)
RECOVERED: Final = ("subscription_recovered", "subscription_payment_success", "subscription_payment_recovered")
RENEWED: Final = ("invoice_created", "subscription_payment_success")
