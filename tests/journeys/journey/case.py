from duro.testkit.merchant_client import Json, MerchantClient
from journey.spoken import Spoken


class Case:
    """A recovery case as its merchant sees it through the API."""

    def __init__(self, case_id: str, client: MerchantClient) -> None:
        self.id = case_id
        self.path = f"/v1/recovery/schedules/{case_id}"
        self._client = client

    async def shows(self, **fields: object) -> None:
        """The case has these values now."""
        found = await self.read()
        assert {name: found[name] for name in fields} == fields

    async def next_attempt(self) -> str:
        """Say exactly when the next try is planned."""
        found = await self.read()
        assert found["nextAttemptAt"] is not None, found
        return found["nextAttemptAt"]

    async def went(self, *lines: str) -> None:
        """Exactly these steps were taken so far, in this order: `minute what [what comes next[, when]]`."""
        page = await self._client.read(f"{self.path}/steps", limit=100)
        assert not page["hasMore"]
        assert [self._step(step) for step in reversed(page["items"])] == list(lines)

    async def tried(self, *lines: str) -> None:
        """Exactly these charges were made so far, in this order: `minute rail status[ code[ advice]]`."""
        found = await self._client.read(self.path)
        assert [self._charge(charge) for charge in found["transactions"]] == list(lines)

    async def asked(self, *lines: str) -> None:
        """Its payer was asked exactly for this to be pushed so far, in this order: `minute rail amount status`."""
        assert [self._request(request) for request in await self.requests()] == list(lines)

    async def requests(self) -> list[Json]:
        return (await self._client.read(self.path))["paymentRequests"]

    async def read(self) -> Json:
        return (await self._client.read(self.path))["schedule"]

    async def does(self, act: str) -> Json:
        """Retry it now, pause it or resume it."""
        answer = await self._client.post(f"{self.path}/{act}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def refuses(self, act: str, *, code: str) -> None:
        """The act answers 409 with this code."""
        answer = await self._client.post(f"{self.path}/{act}")
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, code)

    @staticmethod
    def _step(step: Json) -> str:
        planned = None if step["nextAttemptAt"] is None else f"for {Spoken.minute(step['nextAttemptAt'])}"
        return " ".join(filter(None, (Spoken.minute(step["createdAt"]), step["kind"], step["action"], planned)))

    @staticmethod
    def _request(request: Json) -> str:
        what = (request["rail"], str(request["amount"]), request["status"])
        return " ".join((Spoken.minute(request["createdAt"]), *what))

    @staticmethod
    def _charge(charge: Json) -> str:
        what = (charge["rail"], charge["status"], charge["failureCode"], charge["adviceCode"])
        return " ".join(filter(None, (Spoken.minute(charge["createdAt"]), *what)))
