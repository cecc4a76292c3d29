from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, final

from duro.http_kit.file_answer import FileAnswer
from duro.http_kit.inputs import Section
from duro.http_kit.operation import Operation
from duro.http_kit.schema_catalogue import Schema, SchemaCatalogue

_READS: Final = frozenset({"GET", "HEAD"})
RATE_LIMIT_HEADERS: Final = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class OperationDocument:
    """One operation as OpenAPI says it: everything it reads, and every answer it can give."""

    operation: Operation
    method: str
    tags: Sequence[str]

    @property
    def is_mutation(self) -> bool:
        return self.method not in _READS and not self.operation.is_reading

    def written(self, catalogue: SchemaCatalogue) -> Schema:
        operation = self.operation
        document: Schema = {
            "operationId": operation.id,
            "summary": operation.summary,
            "tags": list(self.tags),
            "parameters": self._parameters(catalogue),
            "responses": self._responses(catalogue),
        }
        if operation.description:
            document["description"] = operation.description
        if operation.is_public:
            document["security"] = []
        body = self._section("body")
        if body is not None:
            content: Schema = {"schema": catalogue.body(body)}
            if operation.example:
                content["example"] = operation.example
            required = any(field.is_required() for field in body.model_fields.values())
            document["requestBody"] = {"required": required, "content": {"application/json": content}}
        return document

    def _section(self, name: str) -> type[Section] | None:
        field = self.operation.form.model_fields.get(name)
        if field is None or not isinstance(field.annotation, type) or not issubclass(field.annotation, Section):
            return None
        return field.annotation

    def _parameters(self, catalogue: SchemaCatalogue) -> list[Schema]:
        parameters: list[Schema] = []
        for place in ("path", "query"):
            section = self._section(place)
            if section is not None:
                parameters += catalogue.parameters(section, place=place)
        if self.is_mutation:
            parameters.append({"$ref": "#/components/parameters/IdempotencyKey"})
        return parameters

    def _responses(self, catalogue: SchemaCatalogue) -> Schema:
        operation = self.operation
        names = ["Request-Id"]
        if not operation.is_unlimited:
            names += RATE_LIMIT_HEADERS
        if self.is_mutation:
            names.append("Idempotent-Replayed")
        headers: Schema = {name: {"$ref": f"#/components/headers/{name}"} for name in names}
        answered = {**self._answered(catalogue), "headers": headers}
        responses: Schema = {str(operation.status): answered}
        for status in sorted(self._refusals()):
            responses[str(status)] = {"$ref": f"#/components/responses/Error{status}"}
        return responses

    def _answered(self, catalogue: SchemaCatalogue) -> Schema:
        operation, answer = self.operation, self.operation.answer
        if isinstance(answer, FileAnswer):
            content: Schema = {"schema": {"type": "string", "format": "binary"}}
            return {"description": answer.description, "content": {answer.media_type: content}}
        content = {"schema": catalogue.view(answer)}
        if operation.answer_example:
            content["example"] = operation.answer_example
        return {"description": answer.__doc__ or operation.summary, "content": {"application/json": content}}

    def _refusals(self) -> set[int]:
        statuses = {500, *self.operation.refusals}
        if not self.operation.is_public:
            statuses |= {401, 403}
        if not self.operation.is_unlimited:
            statuses.add(429)
        if self.operation.form.model_fields:
            statuses.add(422)
        if self.is_mutation:
            statuses |= {409, 413, 422}
        if self._section("body") is not None:
            statuses |= {400, 415}
        return statuses
