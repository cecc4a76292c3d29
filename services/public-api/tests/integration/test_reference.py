import re

import httpx
import msgspec
import pytest

from duro.http_kit.operation import Operation
from duro.public_api.composition import Composition
from duro.testkit.merchant_client import Json


@pytest.fixture
async def document(anonymous: httpx.AsyncClient) -> Json:
    return (await anonymous.get("/openapi.json")).json()


def operations(document: Json) -> list[tuple[str, str, Json]]:
    return [
        (path, method, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


class TestOpenApi:
    def test_is_of_version_3_1_and_needs_a_key_unless_it_says_otherwise(self, document: Json):
        assert document["openapi"] == "3.1.0"
        assert document["security"] == [{"secretKey": []}]
        free = {path for path, _, operation in operations(document) if operation.get("security") == []}
        assert free == {"/health/live", "/health/ready"}

    def test_names_every_operation_once(self, document: Json):
        names = [operation["operationId"] for _, _, operation in operations(document)]
        assert len(names) == len(set(names)) > 40

    def test_tells_every_refusal_a_mutation_can_meet(self, document: Json):
        for path, method, operation in operations(document):
            if method == "get" or operation["operationId"] == "previewChange":
                continue
            told = set(operation["responses"])
            assert {"401", "403", "409", "413", "422", "500"} <= told, (path, method)
            assert ({"400", "415"} <= told) == ("requestBody" in operation), (path, method)
            assert {"$ref": "#/components/parameters/IdempotencyKey"} in operation["parameters"], (path, method)

    def test_tells_of_the_limits_on_every_operation_but_those_a_supervisor_asks(self, document: Json):
        free = set()
        for path, _, operation in operations(document):
            status = min(operation["responses"])
            told = {"RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"} <= set(
                operation["responses"][status]["headers"]
            )
            assert told == ("429" in operation["responses"]), path
            if not told:
                free.add(path)
        assert free == {"/health/live", "/health/ready"}
        assert "Retry-After" in document["components"]["responses"]["Error429"]["headers"]

    def test_shows_an_example_of_every_body(self, document: Json):
        for path, _, operation in operations(document):
            if "requestBody" in operation:
                assert operation["requestBody"]["content"]["application/json"]["example"], path

    def test_shows_an_example_of_every_answer_that_reads_and_writes_as_that_answer(self, composition: Composition):
        routes = composition.application()._inner.routes
        handlers = [handler for route in routes for handler in getattr(route, "route_handlers", ())]
        answers = [
            (operation.id, operation.answer, dict(operation.answer_example))
            for operation in (Operation.marked_on(handler.opt) for handler in handlers)
            if operation is not None and not operation.is_public and isinstance(operation.answer, type)
        ]
        assert len(answers) > 50
        read = {name: msgspec.to_builtins(msgspec.convert(example, answer)) for name, answer, example in answers}
        assert read == {name: example for name, _, example in answers}

    def test_refers_only_to_what_it_holds(self, document: Json, anonymous: httpx.AsyncClient):
        def references(node: object):
            if isinstance(node, dict):
                yield from ([node["$ref"]] if isinstance(node.get("$ref"), str) else [])
                for inner in node.values():
                    yield from references(inner)
            elif isinstance(node, list):
                for inner in node:
                    yield from references(inner)

        for reference in set(references(document)):
            node: object = document
            for step in reference.removeprefix("#/").split("/"):
                node = node[step]
            assert node

    def test_lists_every_route_that_is_served(self, document: Json, composition: Composition):
        served = {re.sub(r"\{(\w+):str\}", r"{\1}", route.path) for route in composition.application()._inner.routes}
        assert served - set(document["paths"]) == {
            *("/openapi.json", "/docs"),
            *("/webhooks/inbound/{provider}", "/webhooks/whatsapp"),
            *("/pay/{token}", "/update/{token}"),
        }


class TestDocsPage:
    async def test_needs_nothing_from_any_other_host(self, anonymous: httpx.AsyncClient):
        answer = await anonymous.get("/docs")
        assert answer.headers["Content-Type"].startswith("text/html")
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "http" not in policy
        assert "<script" not in answer.text
        assert not re.search(r'(src|href)="(https?:)?//', answer.text)

    async def test_shows_every_operation(self, anonymous: httpx.AsyncClient, document: Json):
        page = (await anonymous.get("/docs")).text
        for _, _, operation in operations(document):
            assert f'id="{operation["operationId"]}"' in page


class TestHealth:
    async def test_says_live_and_ready_without_a_key(self, anonymous: httpx.AsyncClient):
        assert (await anonymous.get("/health/live")).json() == {"status": "live"}
        assert (await anonymous.get("/health/ready")).json() == {"status": "ready"}

    async def test_is_not_ready_without_a_database_but_stays_live(
        self, anonymous: httpx.AsyncClient, composition: Composition
    ):
        for pool in composition.pools.values():
            pool.terminate()
        answer = await anonymous.get("/health/ready")
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "unavailable")
        assert (await anonymous.get("/health/live")).status_code == 200
