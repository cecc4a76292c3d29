import httpx
import pytest

from duro.db.states import TenantStatus
from duro.kernel import Clock, IdFactory, Mode
from duro.merchant_api.keys import LiveKeyInDevelopmentError, MintApiKey, RevokeApiKey
from duro.public_api.collaborators import Collaborators
from duro.public_api.composition import Composition
from duro.public_api.server import PublicApiServer
from duro.public_api.settings import Settings
from duro.testkit.builders import TenantBuilder
from duro.testkit.stage import Stage
from duro.testkit.staged_merchant import StagedMerchant


def bearing(text: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {text}"}


NOT_IN_FORCE = [
    {},
    {"Authorization": ""},
    {"Authorization": "Bearer"},
    {"Authorization": "Bearer sk_test_short"},
    {"Authorization": "Basic c2s6"},
    bearing("sk_test_" + "a" * 52),
    bearing("sk_live_" + "a" * 52),
    bearing("pk_test_" + "a" * 52),
    bearing("sk_test_" + "a" * 5_000),
]


class TestAuthentication:
    async def test_refuses_every_credential_that_is_not_in_force_in_the_same_words(self, anonymous: httpx.AsyncClient):
        for headers in NOT_IN_FORCE:
            answer = await anonymous.get("/v1/plans", headers=headers)
            assert answer.status_code == 401, headers
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")
            error = answer.json()["error"]
            assert error["code"] == "unauthorized"
            assert error["message"].startswith("Send a secret key")
            assert answer.headers["Request-Id"] == error["requestId"]

    async def test_refuses_two_credentials_at_once(self, anonymous: httpx.AsyncClient, merchant: StagedMerchant):
        header = ("Authorization", f"Bearer {merchant.secret.text}")
        answer = await anonymous.get("/v1/plans", headers=[header, header])
        assert answer.status_code == 401

    async def test_refuses_a_key_from_the_moment_it_is_revoked(
        self, anonymous: httpx.AsyncClient, merchant: StagedMerchant, clock: Clock, ids: IdFactory
    ):
        contexts = merchant.contexts
        minted = await MintApiKey(contexts, ids, clock, is_development=True).execute(merchant.tenant.id)
        assert (await anonymous.get("/v1/plans", headers=bearing(minted.secret.text))).status_code == 200
        await RevokeApiKey(contexts, clock).execute(merchant.tenant.id, minted.record.id)
        assert (await anonymous.get("/v1/plans", headers=bearing(minted.secret.text))).status_code == 401

    async def test_refuses_a_suspended_merchant(self, anonymous: httpx.AsyncClient, stage: Stage):
        suspended = await stage.merchant(TenantBuilder(status=TenantStatus.SUSPENDED))
        answer = await anonymous.get("/v1/plans", headers=bearing(suspended.secret.text))
        assert answer.status_code == 403
        assert answer.json()["error"]["code"] == "forbidden"

    async def test_shows_each_mode_only_its_own_rows(self, anonymous: httpx.AsyncClient, merchant: StagedMerchant):
        plan = await merchant.in_mode(Mode.LIVE).plan()
        live = await anonymous.get(f"/v1/plans/{plan.id}", headers=bearing(merchant.secrets[Mode.LIVE].text))
        test = await anonymous.get(f"/v1/plans/{plan.id}", headers=bearing(merchant.secrets[Mode.TEST].text))
        assert (live.status_code, test.status_code) == (200, 404)


class TestLiveModeWithoutRealMoney:
    async def test_is_closed_in_production_while_no_provider_moves_money(
        self, settings: Settings, merchant: StagedMerchant, clock: Clock, ids: IdFactory, gateway
    ):
        production = Settings(
            is_development=False,
            test_database_url=settings.test_database_url,
            live_database_url=settings.live_database_url,
        )
        composition = await Composition.open(production, Collaborators(clock, ids, gateway))
        async with (
            PublicApiServer(composition) as server,
            httpx.AsyncClient(base_url=server.url) as client,
        ):
            live = await client.get("/v1/plans", headers=bearing(merchant.secrets[Mode.LIVE].text))
            test = await client.get("/v1/plans", headers=bearing(merchant.secrets[Mode.TEST].text))
        assert (live.status_code, test.status_code) == (401, 200)

    async def test_gets_no_key_in_development(self, merchant: StagedMerchant, clock: Clock, ids: IdFactory):
        contexts = merchant.in_mode(Mode.LIVE).contexts
        with pytest.raises(LiveKeyInDevelopmentError):
            await MintApiKey(contexts, ids, clock, is_development=True).execute(merchant.tenant.id)
