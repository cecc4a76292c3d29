from dataclasses import replace

import httpx
import pytest_asyncio

from duro.db import DatabasePool
from duro.merchant_api.messages import PersonKeys
from duro.public_api.collaborators import Collaborators
from duro.public_api.composition import Composition
from duro.public_api.server import PublicApiServer
from duro.testkit import SignedNotice

PATH = "/webhooks/whatsapp"
KEYS = PersonKeys(b"a key that nobody else has")
SECRET, TOKEN = "the app's secret", "what Meta says"
NOTICE = {"object": "whatsapp_business_account", "entry": []}
STRANGE = {
    "id": "wamid.nobody",
    "status": "failed",
    "timestamp": "1774947600",
    "biz_opaque_callback_data": "01jxk8m3s4e5f6g7h8j9k0m1n2",
}


@pytest_asyncio.fixture(loop_scope="session")
async def meta(settings, clock, ids, gateway):
    known = replace(settings, whatsapp_app_secret=SECRET, whatsapp_verify_token=TOKEN, person_keys=KEYS)
    async with (
        PublicApiServer(await Composition.open(known, Collaborators(clock, ids, gateway))) as server,
        httpx.AsyncClient(base_url=server.url, trust_env=False) as http,
    ):
        yield http


@pytest_asyncio.fixture(loop_scope="session")
async def admin(database):
    pool = await DatabasePool.open(database.admin_url, max_size=1)
    async with pool.acquire() as connection:
        yield connection
    await pool.close()


async def tell(http, notice, *, secret=SECRET):
    signed = SignedNotice.signed(notice, secret=secret)
    return await http.post(PATH, content=signed.body, headers={"x-hub-signature-256": signed.signature})


async def refused(admin, phone):
    rows = await admin.fetch("select mode from common.whatsapp_refusals where person_key = $1", KEYS.of_phone(phone))
    return {row["mode"] for row in rows}


class TestMetasChallenge:
    async def test_is_answered_as_it_came_with_our_word(self, meta):
        asked = {"hub.mode": "subscribe", "hub.verify_token": TOKEN, "hub.challenge": "1158201444"}
        answer = await meta.get(PATH, params=asked)
        assert (answer.status_code, answer.text) == (200, "1158201444")
        assert answer.headers["content-type"].startswith("text/plain")

    async def test_is_refused_without_it(self, meta):
        for asked in ({}, {"hub.mode": "subscribe", "hub.verify_token": "guessed", "hub.challenge": "1"}):
            assert (await meta.get(PATH, params=asked)).status_code == 403


class TestMetasNews:
    async def test_is_taken_with_its_signature(self, meta):
        answer = await tell(meta, NOTICE)
        assert (answer.status_code, answer.json()) == (200, {"received": True})

    async def test_is_taken_though_it_is_of_a_message_that_nobody_here_knows(self, meta):
        changes = [{"field": "messages", "value": {"statuses": [STRANGE]}}]
        assert (await tell(meta, {**NOTICE, "entry": [{"changes": changes}]})).status_code == 200

    async def test_is_refused_with_another_signature_or_none(self, meta):
        assert (await tell(meta, NOTICE, secret="guessed")).status_code == 403
        assert (await meta.post(PATH, content=b"{}")).status_code == 403

    async def test_is_kept_for_a_person_if_it_cannot_be_read_and_the_rest_is_taken(self, meta, admin):
        stop = {"from": "2348031112223", "text": {"body": "STOP"}}
        changes = [{"field": "messages", "value": {"statuses": [{}, STRANGE], "messages": [stop]}}]
        notice = {**NOTICE, "entry": [{"changes": changes}]}
        for _ in range(2):
            assert (await tell(meta, notice)).status_code == 200
        assert (await tell(meta, ["nothing"])).status_code == 200
        kept = await admin.fetch("select * from common.kept_notices where provider = 'whatsapp' order by received_at")
        assert sorted(row["body"] for row in kept) == sorted(
            SignedNotice.signed(each, secret=SECRET).body for each in (notice, ["nothing"])
        )
        assert await refused(admin, "+2348031112223") == {"live", "test"}

    async def test_of_somebody_who_wants_no_messages_is_heeded_in_both_modes(self, meta, admin):
        for word, modes in (("stop", {"live", "test"}), ("hello", {"live", "test"}), ("start", set())):
            written = {"from": "2348034445556", "text": {"body": word}}
            changes = [{"field": "messages", "value": {"messages": [written]}}]
            assert (await tell(meta, {**NOTICE, "entry": [{"changes": changes}]})).status_code == 200
            assert await refused(admin, "+2348034445556") == modes

    async def test_may_be_as_large_as_meta_sends_it(self, meta):
        large = {**NOTICE, "entry": [{"changes": [{"field": "other", "value": {"note": "x" * 2_000_000}}]}]}
        assert (await tell(meta, large)).status_code == 200


class TestAServiceWithoutANumber:
    async def test_expects_no_news(self, anonymous):
        assert (await tell(anonymous, NOTICE, secret="")).status_code == 403
        assert (await anonymous.get(PATH)).status_code == 403
