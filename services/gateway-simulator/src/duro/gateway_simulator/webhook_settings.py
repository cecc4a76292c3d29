from dataclasses import dataclass, field
from typing import Final, final
from urllib.parse import urlsplit

from whenever import TimeDelta

from duro.kernel import Environment
from duro.payments.simulated import NoticePlan, RetryPlan

_HOUR_MS: Final = 3_600_000


@final
@dataclass(frozen=True, slots=True)
class WebhookSettings:
    """Where the simulated provider sends its notices, what it signs them with, and how badly it sends them."""

    url: str
    secret: str = field(repr=False)
    plan: NoticePlan
    retries: RetryPlan
    is_telling_charges: bool

    @classmethod
    def read(cls, environment: Environment, *, seed: str) -> "WebhookSettings | None":
        """Read GATEWAY_WEBHOOK_ variables; None where no notice is wanted. Faults are left to the environment."""
        plan = NoticePlan(
            loss_rate=environment.share("GATEWAY_WEBHOOK_LOSS_RATE", "0"),
            duplicate_rate=environment.share("GATEWAY_WEBHOOK_DUPLICATE_RATE", "0"),
            delay_rate=environment.share("GATEWAY_WEBHOOK_DELAY_RATE", "0"),
            reorder_rate=environment.share("GATEWAY_WEBHOOK_REORDER_RATE", "0"),
            delay=cls._milliseconds(environment, "GATEWAY_WEBHOOK_DELAY_MS", 30_000),
            reorder=cls._milliseconds(environment, "GATEWAY_WEBHOOK_REORDER_MS", 1_000),
            seed=seed,
        )
        retries = RetryPlan(
            first_wait=cls._milliseconds(environment, "GATEWAY_WEBHOOK_RETRY_MS", 1_000),
            patience=cls._milliseconds(environment, "GATEWAY_WEBHOOK_PATIENCE_MS", 600_000),
        )
        is_telling_charges = environment.flag("GATEWAY_WEBHOOK_CHARGES")
        url = environment.text("GATEWAY_WEBHOOK_URL", "")
        if not url:
            return None
        if not cls.is_address(url):
            environment.refuse("GATEWAY_WEBHOOK_URL", "is an address such as http://127.0.0.1:8402/webhooks")
        secret = environment.required("GATEWAY_WEBHOOK_SECRET")
        return cls(url=url, secret=secret, plan=plan, retries=retries, is_telling_charges=is_telling_charges)

    @staticmethod
    def is_address(url: str) -> bool:
        """Say whether it can be posted to or opened: http or https, with a host."""
        try:
            parts = urlsplit(url)
        except ValueError:
            return False
        return parts.scheme in {"http", "https"} and bool(parts.hostname)

    @staticmethod
    def _milliseconds(environment: Environment, name: str, default: int) -> TimeDelta:
        return TimeDelta(milliseconds=environment.whole(name, default, least=0, most=_HOUR_MS))
