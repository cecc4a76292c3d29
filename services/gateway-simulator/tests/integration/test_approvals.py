"""The bank's page over HTTP: what a payer's browser gets, sends, and is sent to."""

from dataclasses import replace

import httpx
import pytest

from duro.payments import Approved, AwaitsApproval, Declined, HttpSimulatedGateway, SimulatedCard

BACK = "https://shop.example.com/back?token=a.b-c&x=1"


class Bank:
    """The server, the gateway to it, and a browser that follows nothing by itself."""

    def __init__(self, simulator, charge_of) -> None:
        self._simulator = simulator
        self._charge_of = charge_of

    async def hold(self, reference="ref", **changed):
        request = replace(
            self._charge_of(reference, SimulatedCard.APPROVAL), is_payer_present=True, return_url=BACK, **changed
        )
        return await self.asked(lambda gateway: gateway.charge(request))

    async def found(self, reference="ref"):
        return await self.asked(lambda gateway: gateway.lookup(reference))

    async def asked(self, question):
        gateway = HttpSimulatedGateway(base_url=self._simulator.url, timeout_seconds=20)
        try:
            return await question(gateway)
        finally:
            await gateway.close()

    def show(self, reference="ref"):
        return httpx.get(f"{self._simulator.url}/approvals/{reference}", trust_env=False, timeout=20)

    def press(self, answer, reference="ref", **query):
        url = f"{self._simulator.url}/approvals/{reference}"
        return httpx.post(url, params=query, data={"answer": answer}, trust_env=False, timeout=20)

    def restart(self):
        self._simulator.kill()
        self._simulator.start()


@pytest.fixture
def bank(simulator, charge_of):
    simulator.start()
    return Bank(simulator, charge_of)


class TestTheBanksPage:
    async def test_is_at_the_address_that_the_answer_names(self, bank):
        answer, page = await bank.hold(), bank.show()
        assert answer.url == str(page.url)
        assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["content-security-policy"].startswith("default-src 'none'")
        assert "NGN 5.00 for March." in page.text
        assert [line for line in page.text.splitlines() if "<button" in line] == [
            '<button name="answer" value="approve">Approve</button>',
            '<button name="answer" value="refuse">Refuse</button>',
        ]
        assert "<script" not in page.text

    async def test_shows_what_it_is_told_as_text(self, bank):
        await bank.hold(description="<b>March</b> & more")
        assert "&lt;b&gt;March&lt;/b&gt; &amp; more" in bank.show().text

    async def test_can_be_elsewhere_than_the_server_listens(self, simulator, charge_of):
        simulator.start(GATEWAY_PUBLIC_URL="https://bank.example.com/")
        answer = await Bank(simulator, charge_of).hold()
        assert answer == AwaitsApproval("ref", "https://bank.example.com/approvals/ref")

    def test_is_not_there_for_what_was_never_held(self, bank):
        assert (bank.show().status_code, bank.press("approve").status_code) == (404, 404)


class TestAPayersAnswer:
    @pytest.mark.parametrize(("answer", "result", "words"), [
        ("approve", Approved, "You approved this payment"), ("refuse", Declined, "This payment was not approved"),
    ])  # fmt: skip
    async def test_decides_and_sends_them_back_where_they_came_from(self, bank, answer, result, words):
        await bank.hold()
        pressed = bank.press(answer)
        assert (pressed.status_code, pressed.headers["location"]) == (303, BACK)
        assert isinstance(await bank.found(), result)
        assert words in bank.show().text
        assert bank.press("approve").headers["location"] == BACK
        assert isinstance(await bank.found(), result)

    async def test_sends_nobody_anywhere_else(self, bank):
        await bank.hold()
        pressed = bank.press("approve", return_url="https://evil.example.com", returnUrl="https://evil.example.com")
        assert pressed.headers["location"] == BACK
        assert "location" not in bank.press("approve", reference="other", returnUrl=BACK).headers

    async def test_is_thanked_for_where_there_is_nowhere_to_go(self, bank, simulator, charge_of):
        request = replace(charge_of("ref", SimulatedCard.APPROVAL), is_payer_present=True)
        await bank.asked(lambda gateway: gateway.charge(request))
        pressed = bank.press("approve")
        assert (pressed.status_code, "You approved this payment" in pressed.text) == (200, True)

    async def test_is_one_of_two(self, bank):
        await bank.hold()
        assert bank.press("perhaps").status_code == 400
        assert isinstance(await bank.found(), AwaitsApproval)

    async def test_is_waited_for_and_kept_although_the_server_is_killed(self, bank, simulator):
        answer = await bank.hold()
        bank.restart()
        assert (await bank.found()).reference == answer.reference
        bank.press("approve")
        bank.restart()
        assert isinstance(await bank.found(), Approved)
        assert simulator.ledger()["ref"]["takings"] == 1

    async def test_comes_too_late_after_the_time_that_was_set(self, simulator, charge_of):
        simulator.start(GATEWAY_APPROVAL_SECONDS="0")
        bank = Bank(simulator, charge_of)
        assert (await bank.hold()).code == "1A"


class TestAReturnAddress:
    @pytest.mark.parametrize("url", ["javascript:alert(1)", "/back", "//evil", "https://a b", "https://a\r\nx: y", ""])
    def test_is_one_of_the_web(self, bank, simulator, url):
        body = {
            "reference": "ref",
            "amount": 500,
            "currency": "NGN",
            "token": SimulatedCard.APPROVAL.token,
            "customerEmail": "ada@example.com",
            "description": "March",
            "isPayerPresent": True,
            "returnUrl": url,
        }
        answer = httpx.post(f"{simulator.url}/charges", json=body, trust_env=False, timeout=20)
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_request")
        assert bank.show().status_code == 404
