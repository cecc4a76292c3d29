import httpx
import pytest

from duro.public_api.composition import Composition
from duro.testkit.merchant_client import MerchantClient

FORM = {"code", "message", "requestId", "docUrl"}

WRONG = [
    ("POST", "/v1/plans", b"{", "application/json", 400, "bad_request"),
    ("POST", "/v1/plans", b"\xff\xfe{}", "application/json", 400, "bad_request"),
    ("POST", "/v1/plans", b'{"amount": NaN}', "application/json", 400, "bad_request"),
    ("POST", "/v1/plans", b"[" * 100_000, "application/json", 400, "bad_request"),
    ("GET", "/v1/nothing", b"", "application/json", 404, "not_found"),
    ("GET", "/", b"", "application/json", 404, "not_found"),
    ("GET", "/v1/plans/plan_01jxk8m3s4e5f6g7h8j9k0m1n2", b"", "application/json", 404, "not_found"),
    ("DELETE", "/v1/plans", b"", "application/json", 405, "method_not_allowed"),
    ("POST", "/v1/plans", b"x" * 1_048_577, "application/json", 413, "payload_too_large"),
    ("POST", "/v1/plans", b"x" * 10_485_760, "application/json", 413, "payload_too_large"),
    ("POST", "/v1/plans", b"name=x", "application/x-www-form-urlencoded", 415, "unsupported_media_type"),
    ("POST", "/v1/plans", b"[]", "application/json", 422, "validation_error"),
    ("POST", "/v1/plans", b"", "application/json", 422, "validation_error"),
]


class TestErrors:
    async def test_have_one_form_whatever_went_wrong(self, api: MerchantClient):
        for method, path, content, media_type, status, code in WRONG:
            answer = await api.http.request(method, path, content=content, headers={"Content-Type": media_type})
            assert answer.status_code == status, (method, path, content[:20], answer.text)
            assert answer.headers["Content-Type"].startswith("application/json")
            error = answer.json()["error"]
            assert set(error) - {"details"} == FORM
            assert error["code"] == code
            assert error["requestId"] == answer.headers["Request-Id"]
            assert error["docUrl"] == f"/docs#error-{code}"

    async def test_leave_every_method_of_an_address_to_be_asked_for(self, anonymous: httpx.AsyncClient):
        answer = await anonymous.options("/v1/plans/plan_01jxk8m3s4e5f6g7h8j9k0m1n2")
        assert (answer.status_code, answer.headers["Allow"]) == (204, "GET, OPTIONS, PATCH")

    async def test_refuse_a_large_body_that_is_sent_in_chunks(self, api: MerchantClient):
        async def chunks():
            for _ in range(20):
                yield b" " * 100_000

        answer = await api.http.post("/v1/plans", content=chunks(), headers={"Content-Type": "application/json"})
        assert answer.status_code == 413

    async def test_say_nothing_of_the_inside_when_the_fault_is_ours(
        self, api: MerchantClient, composition: Composition, capsys: pytest.CaptureFixture[str]
    ):
        for pool in composition.pools.values():
            pool.terminate()
        answer = await api.http.get("/v1/plans")
        assert answer.status_code == 500
        error = answer.json()["error"]
        assert error["message"] == "Something went wrong on our side. It has been recorded."
        assert "Traceback" not in answer.text
        assert error["requestId"] in capsys.readouterr().out

    async def test_have_their_codes_explained_on_the_docs_page(self, anonymous: httpx.AsyncClient):
        page = (await anonymous.get("/docs")).text
        for code in ("unauthorized", "validation_error", "idempotency_key_reused", "payment_in_progress"):
            assert f'id="error-{code}"' in page
