from dataclasses import dataclass, field
from typing import Final, final

from duro.kernel import Environment

_API_URL: Final = "https://graph.facebook.com/v26.0"


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class CloudApiSettings:
    """Where the Cloud API is, its version included, whose number sends, and what proves that it is us, or Meta."""

    base_url: str = _API_URL
    phone_number_id: str
    token: str = field(repr=False)
    app_secret: str = field(repr=False)
    verify_token: str = field(repr=False)
    timeout_seconds: float = 20
    connections: int = 20

    @classmethod
    def read(cls, read: Environment) -> "CloudApiSettings":
        """Read the DURO_WHATSAPP_ variables; every fault is left with the environment."""
        base_url = read.text("DURO_WHATSAPP_URL", _API_URL).rstrip("/")
        is_development = read.text("DURO_PROFILE", "production") == "development"
        if not base_url.startswith("https://") and not (is_development and base_url.startswith("http://")):
            read.refuse("DURO_WHATSAPP_URL", "is an https address, or http while developing")
        settings = cls(
            base_url=base_url,
            phone_number_id=read.required("DURO_WHATSAPP_PHONE_NUMBER_ID"),
            token=read.required("DURO_WHATSAPP_TOKEN"),
            app_secret=read.required("DURO_WHATSAPP_APP_SECRET"),
            verify_token=read.required("DURO_WHATSAPP_VERIFY_TOKEN"),
            timeout_seconds=read.whole("DURO_WHATSAPP_TIMEOUT_SECONDS", 20, least=1, most=120),
            connections=read.whole("DURO_WHATSAPP_CONNECTIONS", 20, least=1, most=200),
        )
        if not settings.phone_number_id.isdecimal():
            read.refuse("DURO_WHATSAPP_PHONE_NUMBER_ID", "is the number's id at Meta, in digits")
        return settings
