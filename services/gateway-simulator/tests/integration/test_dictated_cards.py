import httpx
import pytest

from duro.kernel import Currency, Money
from duro.payments import Approved, Declined, HttpSimulatedGateway, SimulatedCard

FEE = Money(8, Currency("NGN"))
TOLD = SimulatedCard.AS_TOLD_MASTERCARD


def tell(simulator, *answers, token=TOLD.token):
    return httpx.post(
        f"{simulator.url}/cards/answers", json={"token": token, "answers": list(answers)}, trust_env=False, timeout=20
    )


class TestACardThatIsToldOverHttp:
    async def test_answers_so_also_after_the_server_was_killed(self, simulator, charge_of):
        simulator.start()
        answers = [{"code": "51"}, {"code": "79", "message": "Life cycle", "advice": "03"}, "approve", {"code": "05"}]
        answer = tell(simulator, *answers)
        assert (answer.status_code, answer.json()) == (200, {"waiting": 4})
        for references, expected in (
            (("a",), [Declined("51", "Declined")]),
            (("b", "c"), [Declined("79", "Life cycle", "03"), Approved("c", charge_of("c").amount, FEE)]),
        ):
            gateway = HttpSimulatedGateway(base_url=simulator.url, timeout_seconds=20)
            assert [await gateway.charge(charge_of(name, TOLD)) for name in references] == expected
            await gateway.close()
            simulator.kill()
            simulator.start()
        assert tell(simulator).json() == {"waiting": 0}

    @pytest.mark.parametrize(
        "body",
        [
            {"token": SimulatedCard.APPROVE.token, "answers": []},
            {"token": TOLD.token, "answers": ["decline"]},
            {"token": TOLD.token, "answers": [{"message": "no code"}]},
            {"token": TOLD.token, "answers": [{"code": "51", "when": "later"}]},
            {"token": TOLD.token, "answers": ["approve"] * 101},
            {"token": TOLD.token},
        ],
    )
    def test_is_told_nothing_that_cannot_be_done(self, simulator, body):
        simulator.start()
        answer = httpx.post(f"{simulator.url}/cards/answers", json=body, trust_env=False, timeout=20)
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_request")
