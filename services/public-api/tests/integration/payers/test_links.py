"""Who may open a page: whoever holds its link, and nobody who only guesses; and what no page lets out."""

from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from unittest.mock import AsyncMock
from uuid import UUID

import httpx
import pytest
from redis.asyncio import Redis
from whenever import TimeDelta

from duro.cache import RateLimit
from duro.crypto import LinkPurpose
from duro.http_kit.client_address import TrustedProxies
from duro.http_kit.rate_limits import RateLimits
from duro.kernel import InvoiceId, Mode
from duro.merchant_api.payer_links import ReadPayerPage
from duro.payments import SimulatedCard
from duro.public_api.composition import Composition
from duro.public_api.server import PublicApiServer

SAVED = "Pay ₦5,000.00 with the card ending 0515"
NOT_GOOD = "<h1>This link doesn't work</h1>"


@pytest.fixture
async def owed(owing):
    return await owing.after(SimulatedCard.INSUFFICIENT_FUNDS)


class TestALink:
    async def test_opens_its_own_page_alone(self, owed, browser):
        token = owed.token()
        assert (await browser.get(f"/pay/{token}")).status_code == 200
        for path in (f"/update/{token}", f"/pay/{owed.token(LinkPurpose.UPDATE)}"):
            answer = await browser.get(path)
            assert (answer.status_code, NOT_GOOD in answer.text.replace("&#39;", "'")) == (404, True)

    async def test_that_is_changed_anywhere_opens_nothing(self, owed, browser):
        token = owed.token()
        for place in range(0, len(token), 7):
            changed = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
            assert (await browser.get(f"/pay/{changed}")).status_code == 404
        for other in (token[:-1], token + "A", "A", "%00", "é", "a" * 2_000):
            assert (await browser.get(f"/pay/{other}")).status_code == 404

    async def test_opens_nothing_once_it_has_ended(self, owed, clock):
        payer = owed.payer(days=2)
        assert (await payer.opens()).status_code == 200
        form = payer.offers[SAVED]
        clock.advance(TimeDelta(hours=48))
        assert (await payer.opens()).status_code == 404
        assert (await payer.sends(form)).status_code == 404

    async def test_opens_nothing_of_another_merchant_or_mode(self, owed, stage):
        other = await stage.merchant()
        assert (await owed.payer(tenant_id=other.tenant.id).opens()).status_code == 404
        assert (await owed.payer(mode=Mode.LIVE).opens()).status_code == 404
        assert (await owed.payer(subject=InvoiceId(UUID(int=7))).opens()).status_code == 404

    async def test_tells_no_stranger_whether_there_is_such_a_thing(self, owed, browser):
        pages = [
            await owed.payer(subject=InvoiceId(UUID(int=7))).opens(),
            await owed.payer(days=-1).opens(),
            await browser.get("/pay/nonsense"),
        ]
        assert len({page.text for page in pages}) == 1

    async def test_does_nothing_for_a_form_that_no_page_has(self, owed, gateway):
        payer = owed.payer()
        await payer.opens()
        good, before = payer.offers[SAVED], len(gateway.charges)
        for form in ({}, {"act": "saved"}, good | {"form": "x"}, good | {"act": "refund"}, {"form": good["form"]}):
            answer = await payer.sends(form)
            assert (answer.status_code, answer.headers["location"]) == (303, payer.path.rpartition("/")[2])
        assert len(gateway.charges) == before

    async def test_takes_no_more_than_a_form(self, owed):
        payer = owed.payer()
        answer = await payer.sends({"act": "saved", "form": "0" * 32, "number": "4" * 20_000})
        assert (answer.status_code, answer.headers["content-type"]) == (413, "text/html; charset=utf-8")


class TestAPage:
    async def test_lets_nobody_keep_frame_index_or_pass_on_what_it_shows(self, owed, browser):
        payer = owed.payer()
        await payer.opens()
        pages = [payer.page, await payer.sends(payer.offers[SAVED]), await browser.get("/pay/nonsense")]
        for page in pages:
            policy = page.headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "form-action 'self'" in policy
            assert "frame-ancestors 'none'" in policy
            assert "unsafe" not in policy
            assert page.headers["cache-control"] == "no-store"
            assert page.headers["referrer-policy"] == "no-referrer"
            assert page.headers["x-frame-options"] == "DENY"
            assert page.headers["x-robots-tag"] == "noindex, nofollow"
            assert page.headers["x-content-type-options"] == "nosniff"
            assert "set-cookie" not in page.headers

    async def test_needs_nothing_from_anywhere(self, owed):
        page = (await owed.payer().opens()).text
        for word in (
            "<script",
            "<link",
            "<img",
            "<iframe",
            "http://",
            "https://",
            "url(",
            "@import",
            " style=",
            " onclick",
        ):
            assert word not in page.partition("<body>")[2], word
        assert '<html lang="en">' in page
        assert page.count("<label ") == 3

    async def test_has_a_style_that_its_policy_lets_in(self, owed):
        page = await owed.payer().opens()
        style = page.text.partition("<style>")[2].partition("</style>")[0]
        digest = b64encode(sha256(style.encode()).digest()).decode()
        assert f"style-src 'sha256-{digest}'" in page.headers["content-security-policy"]

    async def test_that_fails_writes_no_link_into_the_log(self, owed, monkeypatch, capfd):
        monkeypatch.setattr(ReadPayerPage, "execute", AsyncMock(side_effect=RuntimeError("a fault of ours")))
        payer = owed.payer()
        page = await payer.opens()
        assert (page.status_code, "<h1>Something went wrong on our side</h1>" in page.text) == (500, True)
        told = capfd.readouterr()
        logged = told.out + told.err
        assert "payer_page_failed" in logged
        assert "/pay/{token}" in logged
        assert payer.path.rpartition("/")[2] not in logged


class TestTheLimits:
    @pytest.fixture
    async def limited(self, settings, collaborators, redis_url):
        """Serve the same database once more, with limits."""
        async with Redis.from_url(redis_url) as redis:
            await redis.flushall()
        limits = RateLimits(credential=None, address=RateLimit(1, 40), proxies=TrustedProxies())
        composition = await Composition.open(replace(settings, redis_url=redis_url, limits=limits), collaborators)
        async with (
            PublicApiServer(composition) as server,
            httpx.AsyncClient(base_url=server.url, timeout=30) as client,
        ):
            yield client

    async def test_let_links_to_one_thing_be_used_twenty_times_and_then_seldom(self, owed, limited):
        path, other = f"/pay/{owed.token()}", owed.updating().path
        later = f"/pay/{owed.token(days=61)}"
        statuses = [(await limited.post(path, data={"act": "x"})).status_code for _ in range(21)]
        assert statuses == [303] * 20 + [429]
        answer = await limited.post(path, data={"act": "x"})
        assert "<h1>Please wait a little</h1>" in answer.text
        assert 60 < int(answer.headers["retry-after"]) <= 180
        assert (await limited.get(path)).status_code == 200
        assert (await limited.post(later, data={"act": "x"})).status_code == 429
        assert (await limited.post(other, data={"act": "x"})).status_code == 303

    async def test_of_an_address_are_told_as_a_page(self, owed, limited):
        path = f"/pay/{owed.token()}"
        answers = [await limited.get(path) for _ in range(60)]
        refused = [answer for answer in answers if answer.status_code == 429]
        assert refused
        assert "<h1>Please wait a little</h1>" in refused[0].text


class TestWithoutAKey:
    async def test_nobody_can_open_anything(self, settings, collaborators, owed):
        links = replace(settings.links, keys=())
        composition = await Composition.open(replace(settings, links=links), collaborators)
        async with (
            PublicApiServer(composition) as server,
            httpx.AsyncClient(base_url=server.url, timeout=30) as client,
        ):
            assert (await client.get(f"/pay/{owed.token()}")).status_code == 404
