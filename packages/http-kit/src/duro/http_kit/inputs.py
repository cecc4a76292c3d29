from typing import ClassVar, final

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.alias_generators import to_camel
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from duro.http_kit.fields import LimitField


class Section(BaseModel):
    """One part of a request (path, query or body): strict types, no field that isn't named, camelCase on the wire."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        strict=True,
        extra="forbid",
        frozen=True,
        alias_generator=to_camel,
        arbitrary_types_allowed=True,
        allow_inf_nan=False,
    )


class PageSection(Section):
    """Which stretch of a list is wanted."""

    limit: LimitField = Field(default=20, description="How many items, 1 to 100.")
    cursor: str | None = Field(
        default=None,
        min_length=22,
        max_length=22,
        pattern=r"^[A-Za-z0-9_-]{22}$",
        description="nextCursor of the page before.",
    )


class Input(BaseModel):
    """Everything an operation reads from a request, in sections named path, query and body."""

    model_config: ClassVar[ConfigDict] = ConfigDict(strict=True, extra="forbid", frozen=True)


@final
class NotNull:
    """Marks an optional field that may be left out but, where it is given, may not be null."""

    @staticmethod
    def refuse(value: object) -> object:
        if value is None:
            message = "May be left out, but not null."
            raise ValueError(message)
        return value

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.refuse, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        written = handler(schema)
        forms = [form for form in written.get("anyOf", []) if form != {"type": "null"}]
        return forms[0] if len(forms) == 1 else written
