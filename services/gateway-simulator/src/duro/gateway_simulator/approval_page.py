from dataclasses import dataclass
from html import escape
from typing import Final, final

from duro.payments import Approved, Declined
from duro.payments.simulated import ApprovalEntry

_FRAME: Final = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
</head>
<body>
<main>
<h1>{title}</h1>
{body}
</main>
</body>
</html>
"""
_QUESTION: Final = """<p>{amount} for {description}.</p>
<form method="post">
<button name="answer" value="approve">Approve</button>
<button name="answer" value="refuse">Refuse</button>
</form>
<p>This is the bank of the simulated provider: no money moves.</p>"""
_BACK: Final = '\n<p><a href="{url}">Go back</a></p>'


@final
@dataclass(frozen=True, slots=True)
class ApprovalPage:
    """What the bank of a card shows the payer who is to approve a charge."""

    entry: ApprovalEntry

    @staticmethod
    def unknown() -> str:
        return _FRAME.format(title="There is nothing to approve here", body="<p>Ask for a new link.</p>")

    def question(self) -> str:
        """Ask whether they approve it."""
        amount, description = escape(str(self.entry.amount)), escape(self.entry.description)
        return _FRAME.format(
            title="Do you approve this payment?", body=_QUESTION.format(amount=amount, description=description)
        )

    def decided(self, result: Approved | Declined | None) -> str:
        """Say how it was decided, and lead back to where the payer came from, if that is known."""
        title = "You approved this payment" if isinstance(result, Approved) else "This payment was not approved"
        url = self.entry.return_url
        return _FRAME.format(title=title, body="" if url is None else _BACK.format(url=escape(url)))
