import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

Document: TypeAlias = Mapping[str, Any]

_ID = re.compile(r"\^([a-z]+)_\[0-7\]")
_NAMED = {"promoCode": "code"}
"""Fields of bodies that name a thing otherwise than by its id."""


@dataclass(frozen=True)
class Slot:
    """A place of a request where something of a merchant's is named; `kind` is an id's prefix, or the plain name."""

    place: str
    name: str
    kind: str

    def __str__(self) -> str:
        return f"{self.place} {self.name}"


@dataclass(frozen=True)
class Route:
    """One operation as the API documents it; what takes an Idempotency-Key may change something.

    `words` fill the parts of its path that come from a fixed set and so are nobody's.
    """

    method: str
    path: str
    is_public: bool
    statuses: frozenset[int]
    slots: tuple[Slot, ...]
    has_cursor: bool
    is_mutation: bool
    body: Mapping[str, Any] | None
    words: Mapping[str, str]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def is_of_test_mode(self) -> bool:
        """Whether there is nothing of the kind in live mode, not even for its owner."""
        return self.path.startswith("/v1/test-clocks")

    @property
    def is_list(self) -> bool:
        return self.has_cursor

    @property
    def success(self) -> int:
        return min(self.statuses)

    def slots_in(self, place: str) -> tuple[Slot, ...]:
        return tuple(slot for slot in self.slots if slot.place == place)


@dataclass(frozen=True)
class RouteBook:
    """Every operation of the served document, so that a new route is tested without anybody thinking of it."""

    routes: tuple[Route, ...]

    @classmethod
    def read(cls, document: Document) -> "RouteBook":
        return cls(
            tuple(
                cls._route(document, method.upper(), path, operation)
                for path, operations in document["paths"].items()
                for method, operation in operations.items()
            )
        )

    @property
    def guarded(self) -> tuple[Route, ...]:
        return tuple(route for route in self.routes if not route.is_public)

    @classmethod
    def _route(cls, document: Document, method: str, path: str, operation: Document) -> Route:
        parameters = [cls._resolved(document, each) for each in operation["parameters"]]
        body: Mapping[str, Any] | None = None
        slots = [*cls._parameter_slots([each for each in parameters if not cls._words(document, each)])]
        if "requestBody" in operation:
            content = operation["requestBody"]["content"]["application/json"]
            body = content["example"]
            slots += cls._body_slots(document, cls._resolved(document, content["schema"]), "")
        return Route(
            method=method,
            path=path,
            is_public=operation.get("security") == [],
            statuses=frozenset(int(status) for status in operation["responses"]),
            slots=tuple(slots),
            has_cursor=any(each["name"] == "cursor" for each in parameters),
            is_mutation=any(each["name"] == "Idempotency-Key" for each in parameters),
            body=body,
            words={each["name"]: words[0] for each in parameters if (words := cls._words(document, each))},
        )

    @classmethod
    def _words(cls, document: Document, parameter: Document) -> Sequence[str]:
        return cls._resolved(document, parameter["schema"]).get("enum", ()) if parameter["in"] == "path" else ()

    @staticmethod
    def _resolved(document: Document, schema: Document) -> Document:
        while "$ref" in schema:
            target: Any = document
            for step in schema["$ref"].removeprefix("#/").split("/"):
                target = target[step]
            schema = target
        return schema

    @classmethod
    def _parameter_slots(cls, parameters: Sequence[Document]) -> Iterable[Slot]:
        """A part of a path names a thing whether or not it looks like an id; a filter of a query does if it is one."""
        for each in parameters:
            kind = cls._kind(each["schema"])
            if each["in"] == "path" or (each["in"] == "query" and kind):
                yield Slot(each["in"], each["name"], kind or each["name"])

    @classmethod
    def _body_slots(cls, document: Document, schema: Document, path: str) -> Iterable[Slot]:
        for name, inner in schema.get("properties", {}).items():
            resolved = cls._resolved(document, inner)
            forms = [cls._resolved(document, form) for form in resolved.get("anyOf", [resolved])]
            for form in forms:
                kind = cls._kind(form) or (_NAMED.get(name) if form.get("type") == "string" else None)
                if kind:
                    yield Slot("body", f"{path}{name}", kind)
                if form.get("type") == "array" and (kind := cls._kind(cls._resolved(document, form["items"]))):
                    yield Slot("body", f"{path}{name}.0", kind)
                yield from cls._body_slots(document, form, f"{path}{name}.")

    @staticmethod
    def _kind(schema: Document) -> str | None:
        found = _ID.match(schema.get("pattern", ""))
        return found[1] if found else None
