import base64
from collections.abc import Mapping
from hashlib import sha256
from typing import Final, final

from jinja2 import Environment, PackageLoader, StrictUndefined
from litestar import Response

from duro.db.records import PaymentMethod
from duro.email import PayerFormat

_FOLDER: Final = "payers/templates"


@final
class Pages:
    """Payers' pages: HTML that needs nothing from anywhere, no script, no picture, no other host, and no cookie."""

    def __init__(self) -> None:
        spoken = PayerFormat()
        self._templates = Environment(
            loader=PackageLoader("duro.public_api", _FOLDER),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._spoken = {"money": spoken.money, "moment": spoken.moment, "method": self._method}
        style = self._templates.get_template("style.css").render()
        policy = base64.b64encode(sha256(style.encode()).digest()).decode()
        self._headers = {
            "Content-Security-Policy": (
                f"default-src 'none'; style-src 'sha256-{policy}'; form-action 'self'; base-uri 'none'; "
                "frame-ancestors 'none'"
            ),
            "Referrer-Policy": "no-referrer",
            "X-Frame-Options": "DENY",
            "X-Robots-Tag": "noindex, nofollow",
            "Cache-Control": "no-store",
        }

    def page(
        self, name: str, values: Mapping[str, object], *, status: int = 200, headers: Mapping[str, str] | None = None
    ) -> Response[str]:
        html = self._templates.get_template(f"{name}.html").render({**self._spoken, **values})
        return Response(html, status_code=status, media_type="text/html", headers={**self._headers, **(headers or {})})

    def redirect(self, to: str) -> Response[str]:
        return Response("", status_code=303, media_type="text/html", headers={**self._headers, "Location": to})

    @staticmethod
    def _method(method: PaymentMethod) -> str:
        """Name what is saved by as much as its owner needs to know it again."""
        kind = "card" if method.mandate is None else "bank account"
        return f"the {kind} ending {method.last4}"
