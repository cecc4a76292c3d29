import pytest

from duro.http_kit.idempotency_key import IdempotencyKey
from duro.http_kit.idempotent_request import IdempotentRequest
from duro.http_kit.principal import CredentialClass, Principal
from duro.kernel import ApiKeyId, Mode, TenantId

TENANT = TenantId.parse("ten_01jxk8m3s4e5f6g7h8j9k0m1n2")
OTHER_TENANT = TenantId.parse("ten_01jxk8m3s4e5f6g7h8j9k0m1n3")
KEY = ApiKeyId.parse("key_01jxk8m3s4e5f6g7h8j9k0m1n2")


def principal(tenant_id: TenantId = TENANT, mode: Mode = Mode.TEST) -> Principal:
    return Principal(tenant_id, mode, CredentialClass.SECRET_KEY, KEY, frozenset({"*"}))


class TestIdempotencyKey:
    @pytest.mark.parametrize("values", [[], ["k"], ["~" * 255]])
    def test_is_free_of_faults_within_its_bounds(self, values: list[str]):
        assert list(IdempotencyKey.faults(values)) == []

    @pytest.mark.parametrize("values", [[""], ["x" * 256], ["a b"], ["é"], ["\x7f"], ["a", "a"]])
    def test_has_one_fault_outside_them(self, values: list[str]):
        assert [fault.path for fault in IdempotencyKey.faults(values)] == ["Idempotency-Key"]


class TestIdempotentRequest:
    def asked(self, who: Principal, *, key: str = "k", method: str = "POST", path: str = "/a", body: bytes = b"{}"):
        return IdempotentRequest.of(who, IdempotencyKey(key), method=method, path=path, body=body)

    def test_is_another_request_with_another_method_path_or_body(self):
        first = self.asked(principal())
        others = [{"method": "PATCH"}, {"path": "/b"}, {"body": b"{ }"}]
        assert first.digest not in {self.asked(principal(), **other).digest for other in others}
        assert first.digest == self.asked(principal()).digest

    def test_seeds_other_ids_for_another_tenant_mode_or_key(self):
        seeds = {
            self.asked(principal()).seed,
            self.asked(principal(OTHER_TENANT)).seed,
            self.asked(principal(mode=Mode.LIVE)).seed,
            self.asked(principal(), key="other").seed,
        }
        assert len(seeds) == 4
        assert self.asked(principal(), body=b"[]").seed in seeds
