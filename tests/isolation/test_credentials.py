"""Every route of the API, called with credentials that are nobody's, or no longer, or for the other mode."""

import pytest
from fence import Snapshots

from duro.crypto import ApiKeySecret
from duro.db.states import TenantStatus
from duro.kernel import Mode
from duro.testkit.builders import ApiKeyBuilder, TenantBuilder


class TestEveryRoute:
    @pytest.mark.parametrize("mode", list(Mode))
    async def test_refuses_what_is_no_key_in_force_in_the_same_words_and_changes_nothing(self, world, mode):
        estate = world.victim[mode]
        shown = await self._credentials(world, estate)
        before, words = await world.snapshots.take(), set()
        for route in world.book.guarded:
            request = estate.request(route)
            for name, headers in shown.items():
                answer = await world.break_in.send(request, None, headers=headers)
                assert answer.status_code == 401, f"{route} with {name}: {answer.text}"
                error = answer.json()["error"]
                words.add((error["code"], error["message"]))
        assert len(words) == 1
        assert Snapshots.changes(before, await world.snapshots.take()) == set()

    async def test_refuses_a_suspended_merchant_and_changes_nothing(self, world):
        merchant = await world.stage.merchant(TenantBuilder(status=TenantStatus.SUSPENDED))
        before = await world.snapshots.take()
        for route in world.book.guarded:
            request = world.victim[Mode.TEST].request(route)
            answer = await world.break_in.send(request, merchant.secret.text)
            assert answer.status_code == 403, f"{route}: {answer.text}"
        assert Snapshots.changes(before, await world.snapshots.take()) == set()

    async def test_refuses_a_key_whose_row_says_the_other_mode(self, world):
        """Were such a row ever written, the key would still open neither mode."""
        estate = await world.newcomer()
        await world.admin.execute("update core.api_keys set mode = 'live' where tenant_id = $1", estate.owner)
        for route in world.book.guarded:
            answer = await world.break_in.send(estate.request(route), estate.secret)
            assert answer.status_code == 401, f"{route}: {answer.text}"

    @staticmethod
    async def _credentials(world, estate) -> dict[str, dict[str, str]]:
        mode = estate.merchant.mode
        other = next(each for each in Mode if each is not mode)
        revoked = ApiKeySecret.mint(mode)
        async with estate.merchant.contexts.open(estate.tenant_id) as repos:
            key = ApiKeyBuilder(revoked, is_revoked=True).build(world.ids, world.clock.now())
            await repos.api_keys.insert(key)
        secret = estate.secret
        own, wrong = f"sk_{mode.value}_", f"sk_{other.value}_"
        texts = {
            "a revoked key": revoked.text,
            "an unknown key": ApiKeySecret.mint(mode).text,
            "the other mode's prefix": secret.replace(own, wrong),
            "the key's id": str(key.id),
            "the key's hint": revoked.hint,
            "the key's digest": revoked.digest.hex(),
            "a publishable prefix": secret.replace("sk_", "pk_"),
            "upper case": secret.upper(),
            "one character less": secret[:-1],
            "one character more": f"{secret}a",
            "another last character": secret[:-1] + ("b" if secret[-1] == "a" else "a"),
            "two keys": f"{secret},{secret}",
            "SQL": "' or '1'='1",
            "a NUL": f"{secret}%00",
        }
        headers = {name: {"Authorization": f"Bearer {text}".encode()} for name, text in texts.items()}
        return {
            **headers,
            "no header": {},
            "no key": {"Authorization": "Bearer"},
            "no scheme": {"Authorization": secret},
            "another scheme": {"Authorization": f"Basic {secret}"},
            "another header": {"X-Api-Key": secret},
        }
