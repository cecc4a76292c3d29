"""What payers do on the pages that links in messages lead to, about their own bill and nothing else."""

from duro.merchant_api.payer_links.ask_by_rail import AskByRail
from duro.merchant_api.payer_links.charge_for_payer import ChargeForPayer
from duro.merchant_api.payer_links.link_settings import LinkSettings
from duro.merchant_api.payer_links.not_offered import NotOfferedError
from duro.merchant_api.payer_links.pay_by_link import PayByLink
from duro.merchant_api.payer_links.payer_options import PayerOptions
from duro.merchant_api.payer_links.payer_standing import (
    Changeable,
    Ended,
    InFlight,
    Owing,
    Paid,
    PayerStanding,
    Suspended,
    Withdrawn,
)
from duro.merchant_api.payer_links.rail_refused import RailRefusedError
from duro.merchant_api.payer_links.read_payer_page import PayerPage, ReadPayerPage
from duro.merchant_api.payer_links.use_new_card import UseNewCard

__all__ = [
    "AskByRail",
    "Changeable",
    "ChargeForPayer",
    "Ended",
    "InFlight",
    "LinkSettings",
    "NotOfferedError",
    "Owing",
    "Paid",
    "PayByLink",
    "PayerOptions",
    "PayerPage",
    "PayerStanding",
    "RailRefusedError",
    "ReadPayerPage",
    "Suspended",
    "UseNewCard",
    "Withdrawn",
]
