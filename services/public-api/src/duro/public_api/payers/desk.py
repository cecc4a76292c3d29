from collections.abc import Mapping
from typing import Final, assert_never, final
from uuid import uuid4

from litestar import Response
from whenever import TimeDelta

from duro.billing.recovery import Rail
from duro.cache import RateLimit, RateLimiter
from duro.crypto import InvalidLinkError, LinkPurpose, PayerLink
from duro.db.records import AttemptStatus
from duro.http_kit.refusals import RateLimitedError
from duro.kernel import Clock, Mode
from duro.merchant_api.payer_links import (
    Changeable,
    Ended,
    InFlight,
    LinkSettings,
    Owing,
    Paid,
    PayerPage,
    Suspended,
    Withdrawn,
)
from duro.merchant_api.receipts import Receipt
from duro.public_api.payers.acts import PayerActs
from duro.public_api.payers.card_form import CardForm
from duro.public_api.payers.pages import Pages
from duro.public_api.payers.payer_form import PayerAct, PayerForm
from duro.public_api.payers.submission import Submission

_CHARGES: Final = frozenset({PayerAct.SAVED, PayerAct.CARD})
_FORMS: Final = RateLimit(1, 20, seconds=180)
_MOST_CARDS: Final = 20
_COUNTED: Final = TimeDelta(hours=24)
_AN_HOUR: Final = 3600
_RAILS: Final[Mapping[Rail, str]] = {
    Rail.USSD: "USSD",
    Rail.TRANSFER: "bank transfer",
    Rail.VIRTUAL_ACCOUNT: "transfer to an account number of your own",
}
_REFUSALS: Final[Mapping[str, str]] = {
    "expired_card": "This card has expired. Nothing was charged. Please check the date, or use another card.",
    "gateway_unavailable": "Your card couldn't be checked just now. Nothing was charged. Please try again.",
    "card_budget_spent": "Your card can't be tried again for now. Nothing was charged. Please pay another way.",
    "rail_refused": "This way to pay isn't possible for this payment. Please choose another one.",
    "payment_method_changed": (
        "How you pay has changed since you opened this page. Nothing was charged. Please look at it again."
    ),
    "invalid_cvc": "The security code isn't right. Nothing was charged. Please check it.",
}
_MISTYPED: Final = "Please check what is marked below. Nothing was charged."
_CARD_REFUSED: Final = "This card can't be used here. Nothing was charged. Check its number, or use another card."


@final
class PayersDesk:
    """Serves who holds a link: opens it, shows how things stand, and does what they ask for, once."""

    def __init__(
        self,
        links: LinkSettings,
        acts: Mapping[Mode, PayerActs],
        pages: Pages,
        limiter: RateLimiter | None,
        *,
        clock: Clock,
    ) -> None:
        self._links = links
        self._signer = links.signer
        self._acts = acts
        self._pages = pages
        self._limiter = limiter
        self._clock = clock

    async def show(self, token: str, purpose: LinkPurpose, *, sent: str = "") -> Response[str]:
        """Show the page; who has just sent a form is told what came of it, or led to the bank that wants it approved.

        Raise InvalidLinkError, or ConflictError `test_clock_advancing`.
        """
        link, acts = self._opened(token, purpose)
        return self._shown(await acts.read.execute(link), sent=sent)

    async def take(self, token: str, purpose: LinkPurpose, body: bytes) -> Response[str]:
        """Do what a form asks for, once, and show what came of it.

        Raise InvalidLinkError, RateLimitedError, or ConflictError `test_clock_advancing`.
        """
        link, acts = self._opened(token, purpose)
        await self._count(link)
        form = PayerForm.parse(body)
        if form is None:
            return self._pages.redirect(token)
        faults = form.card.faults() if form.act is PayerAct.CARD else {}
        if faults:
            return self._refused(token, await acts.read.execute(link), form, _MISTYPED, faults=faults)
        return_url = f"{self._links.base}{purpose.value}/{token}" if self._links.base else None
        submission = Submission(acts.contexts, link, form, clock=self._clock)
        if form.act is PayerAct.CARD and await submission.sent_since(self._clock.now() - _COUNTED) >= _MOST_CARDS:
            raise RateLimitedError(retry_after_seconds=_AN_HOUR)
        outcome = await submission.once(lambda receipt: self._act(acts, link, form, receipt, return_url))
        if not outcome.refusal:
            return self._pages.redirect(f"{token}?sent={form.act}" if outcome.is_done else token)
        alert = _REFUSALS.get(outcome.refusal, _CARD_REFUSED)
        return self._refused(token, await acts.read.execute(link), form, alert)

    def _refused(
        self, token: str, page: PayerPage, form: PayerForm, alert: str, *, faults: Mapping[str, str] | None = None
    ) -> Response[str]:
        """Show beside the form why it was refused, if the page still has one."""
        if not isinstance(page.standing, Owing | Changeable):
            return self._pages.redirect(token)
        return self._shown(page, card=form.card, faults=faults, alert=alert, status=422)

    @staticmethod
    async def _act(
        acts: PayerActs, link: PayerLink, form: PayerForm, receipt: Receipt[object], return_url: str | None
    ) -> None:
        rail = form.act.rail
        if rail is not None:
            await acts.ask.execute(link, rail, receipt)
        elif form.act is PayerAct.CARD:
            await acts.use_card.execute(link, form.card.details(), receipt, return_url=return_url)
        else:
            await acts.pay.execute(link, receipt, shown=form.shown, return_url=return_url)

    def _opened(self, token: str, purpose: LinkPurpose) -> tuple[PayerLink, PayerActs]:
        if self._signer is None:
            raise InvalidLinkError
        link = self._signer.opened(token)
        acts = self._acts.get(link.mode)
        if link.purpose is not purpose or acts is None:
            raise InvalidLinkError
        return link, acts

    async def _count(self, link: PayerLink) -> None:
        """Count what is asked for about one thing, by however many links to it. Raise RateLimitedError."""
        if self._limiter is None:
            return
        verdict = await self._limiter.check(f"link:{link.mode}:{link.tenant_id}:{link.subject}", _FORMS)
        if verdict is not None and verdict.retry_after_seconds is not None:
            raise RateLimitedError(retry_after_seconds=verdict.retry_after_seconds)

    def _shown(
        self,
        page: PayerPage,
        *,
        card: CardForm | None = None,
        faults: Mapping[str, str] | None = None,
        alert: str = "",
        status: int = 200,
        sent: str = "",
    ) -> Response[str]:
        approval, is_charged = self._approval(page), sent in _CHARGES
        values: dict[str, object] = {
            "page": page,
            "standing": page.standing,
            "approval": approval,
            "rails": _RAILS,
            "form": uuid4().hex,
            "card": card or CardForm(),
            "faults": {"number": "", "expiry": "", "cvc": "", **(faults or {})},
            "alert": alert,
            "is_charged": is_charged,
        }
        refresh = self._refresh(page, approval, is_sent=is_charged)
        return self._pages.page(self._name(page), values, status=status, headers=refresh)

    def _approval(self, page: PayerPage) -> str:
        """Return where the payer approves the charge that is on its way, if their bank wants that."""
        url = page.standing.attempt.approval_url if isinstance(page.standing, InFlight) else None
        return url if url is not None and self._links.rule.admits(url) else ""

    @staticmethod
    def _refresh(page: PayerPage, approval: str, *, is_sent: bool) -> dict[str, str]:
        """Lead on who has to approve what they have just sent; look again by itself while an answer is awaited."""
        standing = page.standing
        if not isinstance(standing, InFlight) or standing.attempt.status is not AttemptStatus.PENDING:
            return {}
        if approval:
            return {"Refresh": f"0; url={approval}"} if is_sent else {"Refresh": "10"}
        return {"Refresh": "3"}

    @staticmethod
    def _name(page: PayerPage) -> str:
        match page.standing:
            case Paid():
                name = "paid"
            case Withdrawn():
                name = "withdrawn"
            case Ended():
                name = "ended"
            case Suspended():
                name = "suspended"
            case InFlight():
                name = "in_flight"
            case Owing():
                name = "owing"
            case Changeable():
                name = "changeable"
            case _:
                assert_never(page.standing)
        return name
