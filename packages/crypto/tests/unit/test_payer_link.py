from dataclasses import replace
from uuid import UUID

import pytest
from whenever import Instant, TimeDelta

from duro.crypto import InvalidLinkError, LinkPurpose, LinkSigner, PayerLink
from duro.kernel import InvoiceId, Mode, SubscriptionId, TenantId

NOW = Instant.from_utc(2026, 3, 31, hour=9)
ONE = UUID("01890a5d-ac96-774b-bcce-b302099a8057")
KEY, NEXT = b"k" * 32, b"n" * 32
LINK = PayerLink(
    purpose=LinkPurpose.PAY,
    mode=Mode.LIVE,
    tenant_id=TenantId(ONE),
    subject=InvoiceId(ONE),
    expires_at=NOW + TimeDelta(hours=24),
)
OTHERS = [
    LINK,
    replace(LINK, purpose=LinkPurpose.UPDATE),
    replace(LINK, mode=Mode.TEST),
    replace(LINK, tenant_id=TenantId(UUID(int=1))),
    replace(LINK, subject=InvoiceId(UUID(int=1))),
    replace(LINK, subject=SubscriptionId(ONE)),
    replace(LINK, expires_at=NOW + TimeDelta(seconds=1)),
]
SIGNER = LinkSigner([KEY])


class TestAToken:
    @pytest.mark.parametrize("link", OTHERS)
    def test_says_what_its_link_is_for_and_fits_into_an_address(self, link):
        token = SIGNER.sign(link)
        assert SIGNER.read(token, now=NOW) == link
        assert len(token) == 74
        assert token.replace("-", "").replace("_", "").isalnum()

    def test_is_another_one_for_every_other_link(self):
        assert len({SIGNER.sign(link) for link in OTHERS}) == len(OTHERS)

    def test_is_good_for_nothing_with_any_character_changed(self):
        token = SIGNER.sign(LINK)
        for place in range(len(token)):
            for other in {"A", "Q", "_", "=", "+", "é"} - {token[place]}:
                with pytest.raises(InvalidLinkError):
                    SIGNER.read(token[:place] + other + token[place + 1 :], now=NOW)

    @pytest.mark.parametrize("token", ["", "x", "A" * 73, "A" * 74, "A" * 10_000, "inv_01jxk8m3s4e5f6g7h8j9k0m1n2"])
    def test_is_nothing_that_one_could_guess(self, token):
        with pytest.raises(InvalidLinkError):
            SIGNER.read(token, now=NOW)

    def test_is_not_made_longer(self):
        with pytest.raises(InvalidLinkError):
            SIGNER.read(SIGNER.sign(LINK) + "=", now=NOW)

    def test_ends_at_its_instant(self):
        token = SIGNER.sign(LINK)
        SIGNER.read(token, now=LINK.expires_at - TimeDelta(seconds=1))
        with pytest.raises(InvalidLinkError):
            SIGNER.read(token, now=LINK.expires_at)

    def test_is_good_while_its_key_is_being_replaced_and_no_longer(self):
        token = SIGNER.sign(LINK)
        assert LinkSigner([NEXT, KEY]).read(token, now=NOW) == LINK
        assert LinkSigner([NEXT, KEY]).sign(LINK) != token
        with pytest.raises(InvalidLinkError):
            LinkSigner([NEXT]).read(token, now=NOW)
