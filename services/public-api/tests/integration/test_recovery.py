import pytest
from whenever import TimeDelta

from duro.payments import SimulatedCard

SETTINGS = "/v1/settings/recovery"
CASES = "/v1/recovery/schedules"


async def owing(api):
    """Let a change be invoiced at once to a card that fails."""
    subscription = await api.subscription()
    card = await api.card({"id": subscription["customerId"]}, SimulatedCard.INSUFFICIENT_FUNDS.number)
    path = f"/v1/subscriptions/{subscription['id']}"
    assert (await api.http.patch(path, json={"paymentMethodId": card["id"]})).is_success
    assert (await api.post(f"{path}/change-plan", {"quantity": 2, "prorationBehavior": "invoice_now"})).is_success
    (case,) = (await api.read(CASES, subscriptionId=subscription["id"]))["items"]
    return subscription, case


class TestSettings:
    async def test_are_the_usual_ones_until_they_are_changed(self, api):
        usual = await api.read(SETTINGS)
        assert (usual["maxTries"], usual["deadlineDays"], usual["paydayAware"]) == (5, 35, "learned")
        assert (usual["quietHours"], usual["updatedAt"]) == ({"start": "21:00", "end": "08:00"}, None)

        changed = await api.http.patch(
            SETTINGS,
            json={
                "rails": ["transfer"],
                "missedPeriods": "skip",
                "quietHours": {"start": "20:30", "end": "07:00"},
                "replyTo": "help@ada.example.com",
            },
        )

        assert changed.status_code == 200, changed.text
        kept = await api.read(SETTINGS)
        assert (
            kept
            == changed.json()
            == {
                **usual,
                "rails": ["transfer"],
                "missedPeriods": "skip",
                "quietHours": {"start": "20:30", "end": "07:00"},
                "replyTo": "help@ada.example.com",
                "updatedAt": kept["updatedAt"],
            }
        )
        usual_again = (await api.http.patch(SETTINGS, json={"missedPeriods": None, "replyTo": None})).json()
        assert (usual_again["missedPeriods"], usual_again["replyTo"]) == (None, None)

    @pytest.mark.parametrize("address", ["nobody", "a@b@c", "ada..obi@example.com"])
    async def test_take_no_address_that_mail_servers_would_not(self, api, address):
        answer = await api.http.patch(SETTINGS, json={"replyTo": address})
        assert answer.status_code == 422
        assert [fault["path"] for fault in answer.json()["error"]["details"]] == ["replyTo"]
        assert (await api.read(SETTINGS))["replyTo"] is None

    async def test_tell_of_every_fault_at_once(self, api):
        answer = await api.http.patch(
            SETTINGS,
            json={
                "maxTries": 0,
                "deadlineDays": 61,
                "escalation": None,
                "paydayAware": "guessed",
                "rails": ["pigeon"],
                "quietHours": {"start": "25:00", "end": "7"},
            },
        )
        assert answer.status_code == 422
        paths = {fault["path"] for fault in answer.json()["error"]["details"]}
        assert paths >= {"maxTries", "deadlineDays", "escalation", "paydayAware", "quietHours.start", "quietHours.end"}

    async def test_refuse_rails_that_are_named_twice(self, api):
        answer = await api.http.patch(SETTINGS, json={"rails": ["ussd", "ussd"]})
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "validation_error")


class TestACase:
    async def test_is_listed_read_paused_and_resumed(self, api):
        _, case = await owing(api)
        assert (case["state"], case["category"], case["amount"]) == ("scheduled", "insufficient_funds", 500_000)

        detail = await api.read(f"{CASES}/{case['id']}")
        assert detail["schedule"] == case
        assert [one["status"] for one in detail["transactions"]] == ["failed"]
        paused = (await api.post(f"{CASES}/{case['id']}/pause")).json()["schedule"]
        assert paused["pausedAt"] is not None
        resumed = (await api.post(f"{CASES}/{case['id']}/resume")).json()["schedule"]
        assert resumed["pausedAt"] is None

        steps = await api.read(f"{CASES}/{case['id']}/steps")
        assert [step["kind"] for step in steps["items"]] == ["resumed", "paused", "opened"]
        assert steps["items"][-1]["reason"] == case["reason"] == "The change of plan was declined: Insufficient funds."
        assert (await api.read(CASES, state="recovered"))["items"] == []

    async def test_is_found_by_whose_it_is(self, api):
        subscription, case = await owing(api)
        other, others = await owing(api)

        assert [one["id"] for one in (await api.read(CASES, customerId=subscription["customerId"]))["items"]] == [
            case["id"]
        ]
        assert [one["id"] for one in (await api.read(CASES, customerId=other["customerId"]))["items"]] == [others["id"]]
        assert (await api.read(CASES, customerId=other["customerId"], state="recovered"))["items"] == []
        assert (await api.read(CASES, customerId=other["customerId"], subscriptionId=subscription["id"]))["items"] == []

    async def test_is_won_by_a_retry_and_stands_in_the_ledger(self, api):
        subscription, case = await owing(api)
        declined = await api.post(f"{CASES}/{case['id']}/retry-now", key="again")
        assert (declined.status_code, declined.json()["schedule"]["state"]) == (200, "scheduled")
        assert [one["status"] for one in declined.json()["transactions"]] == ["failed", "failed"]
        replay = await api.post(f"{CASES}/{case['id']}/retry-now", key="again")
        assert replay.json() == declined.json()

        card = await api.card({"id": subscription["customerId"]})
        path = f"/v1/subscriptions/{subscription['id']}"
        assert (await api.http.patch(path, json={"paymentMethodId": card["id"]})).is_success
        won = (await api.post(f"{CASES}/{case['id']}/retry-now")).json()

        assert won["schedule"]["state"] == "recovered"
        events = (await api.read("/v1/events", subscriptionId=subscription["id"]))["items"]
        told = [one["type"] for one in events[1::-1]]
        assert told == ["subscription_payment_success", "subscription_payment_recovered"]
        (entry,) = (await api.read("/v1/recovery/ledger"))["items"]
        assert entry["transactionId"] == won["transactions"][-1]["id"]
        assert (entry["amount"], entry["rail"], entry["action"], entry["attemptsMade"]) == (
            500_000,
            "card",
            "merchant",
            3,
        )
        closed = await api.post(f"{CASES}/{case['id']}/retry-now")
        assert (closed.status_code, closed.json()["error"]["code"]) == (409, "case_closed")


class TestAnalytics:
    async def test_show_what_recurs_and_what_is_at_risk(self, api, clock):
        await owing(api)
        clock.advance(TimeDelta(seconds=1))
        overview = await api.read("/v1/analytics/overview")
        (naira,) = overview["currencies"]
        assert (naira["currency"], naira["subscriptions"], naira["monthlyRecurring"]) == ("NGN", 1, 1_000_000)
        at_risk = {"cases": 1, "amount": 500_000, "recoveredCases": 0, "recovered": 0, "openCases": 1, "open": 500_000}
        at_risk |= {"recoveredFees": 0, "recoveredNet": 0, "feesUnknown": 0}
        at_risk |= dict.fromkeys(("recoveryBasisPoints", "netRecoveryBasisPoints", "caseRecoveryBasisPoints"), 0)
        assert naira["atRisk"] == at_risk
        assert (naira["lostCases"], naira["lost"], naira["cancelledCases"], naira["cancelled"]) == (0, 0, 0, 0)

        failures = await api.read("/v1/analytics/failures", **{"from": overview["from"], "to": overview["to"]})
        (code,) = failures["codes"]
        assert (code["category"], code["charges"], code["amount"]) == ("insufficient_funds", 1, 500_000)
        assert (code["month"], code["recoveredCharges"], code["recovered"]) == (overview["to"][:7], 0, 0)
        assert [one["atRisk"] for one in failures["cohorts"]] == [at_risk]

    async def test_show_what_was_won_before_and_after_fees(self, api, clock):
        subscription, case = await owing(api)
        card = await api.card({"id": subscription["customerId"]})
        path = f"/v1/subscriptions/{subscription['id']}"
        assert (await api.http.patch(path, json={"paymentMethodId": card["id"]})).is_success
        clock.advance(TimeDelta(seconds=1))
        won = (await api.post(f"{CASES}/{case['id']}/retry-now")).json()
        clock.advance(TimeDelta(seconds=1))

        assert [one["fee"] for one in won["transactions"]] == [None, 17_500]
        (entry,) = (await api.read("/v1/recovery/ledger"))["items"]
        assert (entry["amount"], entry["fee"], entry["net"]) == (500_000, 17_500, 482_500)
        (naira,) = (await api.read("/v1/analytics/overview"))["currencies"]
        at_risk = naira["atRisk"]
        assert (at_risk["recovered"], at_risk["recoveredFees"], at_risk["recoveredNet"]) == (500_000, 17_500, 482_500)
        assert (at_risk["recoveryBasisPoints"], at_risk["netRecoveryBasisPoints"]) == (10_000, 9_650)
        assert (at_risk["recoveredCases"], at_risk["caseRecoveryBasisPoints"], at_risk["feesUnknown"]) == (1, 10_000, 0)
        (cohort,) = (await api.read("/v1/analytics/failures"))["cohorts"]
        assert cohort["atRisk"] == at_risk

    async def test_are_refused_for_a_stretch_that_goes_back(self, api):
        query = {"from": "2026-03-02T00:00:00Z", "to": "2026-03-01T00:00:00Z"}
        answer = await api.http.get("/v1/analytics/overview", params=query)
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "validation_error")
