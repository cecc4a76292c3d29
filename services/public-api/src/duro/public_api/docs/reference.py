from collections.abc import Mapping
from importlib.metadata import version
from typing import Final, final

from litestar import Litestar
from msgspec import json

from duro.http_kit.docs_page import DocsPage
from duro.http_kit.openapi_document import OpenApiDocument

_DESCRIPTION: Final = (
    "Subscriptions that start, renew and are charged exactly once. Send a secret key as a bearer token: sk_test_… "
    "works in test mode, sk_live_… in live mode. Amounts are integers in minor units of an ISO 4217 currency, "
    "instants are RFC 3339 in UTC, lists come newest first in pages of at most 100. Send an Idempotency-Key with "
    "every mutation that you may have to repeat."
)
_ERRORS: Final[Mapping[str, str]] = {
    "bad_request": "The body is not valid JSON in UTF-8.",
    "unauthorized": "The request shows no secret key that is known and in force.",
    "forbidden": "The key is in force, but its account is suspended.",
    "not_found": "Nothing with that id, or at that address, is visible to this key.",
    "method_not_allowed": "The address doesn't answer to that method.",
    "conflict": "The state of things refuses the request now; the more precise codes below say why.",
    "payload_too_large": "The body is larger than 1 MB.",
    "unsupported_media_type": "The body is not sent as application/json.",
    "validation_error": "One or more values are invalid; details lists every one of them.",
    "card_refused": "The provider will not keep this card.",
    "customer_ref_taken": "Another customer has this reference.",
    "promo_code_taken": "Another promo code that isn't archived has this code.",
    "promo_code_expired": "The promo code was redeemable until the instant it expired.",
    "promo_code_exhausted": "The promo code has been redeemed as often as it may be.",
    "promo_code_not_for_plan": "The promo code names other plans.",
    "promo_code_already_redeemed": "The subscription has this promo code already.",
    "plan_archived": "No subscription can start on an archived plan.",
    "currency_not_supported": "No provider that is set up can charge this currency.",
    "payment_method_detached": "The payment method was removed.",
    "mandate_ended": "The bank rejected the mandate, or it was revoked.",
    "case_closed": "The recovery case has come to an end.",
    "card_budget_spent": "The card's network allows no try yet; the message says from when.",
    "card_barred": "This card may never be charged for this again, whoever asks.",
    "payment_revoked": "The payer has stopped these charges; they can still pay themselves.",
    "payment_method_barred": "Its bank or network forbids all charges, or its payer stopped them or disputes one.",
    "payment_in_progress": "A charge has no known end yet; ask again later.",
    "test_mode_only": "Live mode has no test clocks: there time passes by itself.",
    "test_clock_advancing": "An advance of the test clock isn't at its end; repeat it until the clock is ready.",
    "test_clock_behind": "A test clock only goes forward.",
    "illegal_transition": "The subscription's status doesn't allow this.",
    "renewal_due": "A renewal is due; ask again once it is settled.",
    "period_is_partial": "The billing day can change once a whole period has begun.",
    "change_invoiced": "An invoice asks for the next period on the scheduled terms already.",
    "no_upcoming_invoice": "No invoice follows for this subscription.",
    "invoice_not_open": "The invoice is not in a status that this can be done in.",
    "invoice_partly_paid": "Money has come for the invoice: refund it rather than take the invoice back.",
    "refund_exceeds_payment": "The refunds of an invoice, pending ones included, never exceed what was charged for it.",
    "charge_disputed": "The payer's bank has taken it back, or is about to: a refund would give it to them twice.",
    "refund_by_hand": "The payer pushed the money: no provider can give it back by its reference.",
    "refund_not_refused": "Only a refund that the provider refused can be asked for again, or given up.",
    "payment_method_required": "There is no payment method that can be charged; name one.",
    "currency_mismatch": "A subscription has one currency for life, and this is another.",
    "insufficient_credit": "A credit balance never goes below zero.",
    "subscription_ended": "The subscription has ended: nothing is collected for it, and no credit used by it, again.",
    "idempotency_key_reused": "The key was used for another request in the last 24 hours.",
    "idempotency_in_progress": "The request with this key is still being executed.",
    "instant_out_of_range": "The calendar reaches from the year 2000 to 2200.",
    "gateway_unavailable": "The provider can't be reached; nothing was saved, so asking again is safe.",
    "rate_limited": "The key, or the address, asks more often than it may; Retry-After says when to ask again.",
    "unavailable": "The service can't do its work at this moment.",
    "internal_error": "Something went wrong on our side; quote the requestId.",
}


@final
class Reference:
    """The documentation of the routes that are served: for machines as OpenAPI, for people as a page."""

    def __init__(self) -> None:
        self._openapi = b""
        self._page = ""

    def read(self, application: Litestar) -> None:
        """Write both from the application's routes, once."""
        document = OpenApiDocument("Duro API", version("duro-public-api"), _DESCRIPTION).of(application)
        self._openapi = json.encode(document)
        self._page = DocsPage(document, _ERRORS).html()

    @property
    def openapi(self) -> bytes:
        return self._openapi

    @property
    def page(self) -> str:
        return self._page
