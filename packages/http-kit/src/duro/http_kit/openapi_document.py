from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, final

from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute

from duro.http_kit.operation import Operation
from duro.http_kit.operation_document import RATE_LIMIT_HEADERS, OperationDocument
from duro.http_kit.problems import ErrorView
from duro.http_kit.schema_catalogue import Schema, SchemaCatalogue

_INNER_METHODS: Final = frozenset({"OPTIONS", "HEAD"})
_DESCRIPTIONS: Final = {
    400: "The body is not valid JSON.",
    401: "The request shows no secret key that is in force.",
    403: "The account is suspended.",
    404: "Nothing with that id is visible to this key.",
    409: "The state of things refuses the request now, or its Idempotency-Key does.",
    413: "The body is larger than 1 MB.",
    415: "The body is not sent as application/json.",
    422: "The request has invalid values; every fault is listed.",
    429: "The caller asks more often than it may; Retry-After says when the next request is let through.",
    500: "Something went wrong on our side.",
    503: "A provider, or the database, can't be reached. Try again.",
}
_CODES: Final = {
    400: "bad_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    409: "conflict",
    413: "payload_too_large",
    415: "unsupported_media_type",
    422: "validation_error",
    429: "rate_limited",
    500: "internal_error",
    503: "unavailable",
}


@final
@dataclass(frozen=True, slots=True)
class OpenApiDocument:
    """The API as OpenAPI 3.1 says it, read off the routes that are really served."""

    title: str
    version: str
    description: str

    def of(self, application: Litestar) -> Schema:
        catalogue = SchemaCatalogue()
        paths: dict[str, Schema] = {}
        for path, method, operation, tags in self._operations(application):
            document = OperationDocument(operation=operation, method=method, tags=tags).written(catalogue)
            paths.setdefault(path, {})[method.lower()] = document
        return {
            "openapi": "3.1.0",
            "info": {"title": self.title, "version": self.version, "description": self.description},
            "servers": [{"url": "/"}],
            "security": [{"secretKey": []}],
            "paths": dict(sorted(paths.items())),
            "components": self._components(catalogue),
        }

    @staticmethod
    def _operations(application: Litestar) -> Iterable[tuple[str, str, Operation, list[str]]]:
        for route in application.routes:
            if not isinstance(route, HTTPRoute):
                continue
            for handler in route.route_handlers:
                operation = Operation.marked_on(handler.opt)
                if operation is None:
                    continue
                tags = sorted(OpenApiDocument._tags(handler))
                path = "/" + "/".join(
                    part if isinstance(part, str) else f"{{{part.name}}}" for part in route.path_components
                )
                for method in sorted(handler.http_methods - _INNER_METHODS):
                    yield path, str(method), operation, tags

    @staticmethod
    def _tags(handler: HTTPRouteHandler) -> Iterable[str]:
        return [tag for layer in handler.ownership_layers for tag in getattr(layer, "tags", None) or ()]

    @classmethod
    def _components(cls, catalogue: SchemaCatalogue) -> Mapping[str, object]:
        error = catalogue.view(ErrorView)
        return {
            "schemas": catalogue.schemas,
            "securitySchemes": {
                "secretKey": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "sk_test_… or sk_live_…",
                    "description": "A secret key; its prefix decides between test and live mode.",
                }
            },
            "headers": {
                "Request-Id": {
                    "description": "The name of this request, to quote when asking about it.",
                    "schema": {"type": "string"},
                },
                "Idempotent-Replayed": {
                    "description": "Present, and true, on the replay of an earlier answer.",
                    "schema": {"type": "string", "enum": ["true"]},
                },
                "RateLimit-Limit": cls._count("How many requests may come at once after a rest."),
                "RateLimit-Remaining": cls._count("How many more may come now."),
                "RateLimit-Reset": cls._count("Seconds until all of them may come at once again."),
                "Retry-After": cls._count("Seconds until the next request is let through."),
            },
            "parameters": {
                "IdempotencyKey": {
                    "name": "Idempotency-Key",
                    "in": "header",
                    "required": False,
                    "description": "Your own name for this request; repeated within 24 hours it is answered the same.",
                    "schema": {"type": "string", "pattern": "^[!-~]{1,255}$", "examples": ["order-1042"]},
                }
            },
            "responses": {f"Error{status}": cls._error(status, error) for status in _DESCRIPTIONS},
        }

    @staticmethod
    def _count(description: str) -> Schema:
        return {"description": description, "schema": {"type": "integer", "minimum": 0}}

    @staticmethod
    def _error(status: int, error: Schema) -> Schema:
        code = _CODES[status]
        shown: dict[str, object] = {
            "code": code,
            "message": _DESCRIPTIONS[status],
            "requestId": "req_0b1f6a2c3d4e5f60718293a4b5c6d7e8",
            "docUrl": f"/docs#error-{code}",
        }
        if status == 422:
            shown["details"] = [{"path": "amount", "issue": "Input should be greater than or equal to 0"}]
        names = ["Request-Id", *((*RATE_LIMIT_HEADERS, "Retry-After") if status == 429 else ())]
        return {
            "description": _DESCRIPTIONS[status],
            "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in names},
            "content": {"application/json": {"schema": error, "example": {"error": shown}}},
        }
