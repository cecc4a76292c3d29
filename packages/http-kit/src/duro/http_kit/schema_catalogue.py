from collections.abc import Sequence
from typing import Final, cast, final

from msgspec import Struct, json

from duro.http_kit.inputs import Section

Schema = dict[str, object]

_REFERENCE: Final = "#/components/schemas/"


@final
class SchemaCatalogue:
    """The JSON schemas of everything that is read and answered, each under one name."""

    def __init__(self) -> None:
        self._schemas: dict[str, Schema] = {}

    @property
    def schemas(self) -> dict[str, Schema]:
        return dict(sorted(self._schemas.items()))

    def body(self, section: type[Section]) -> Schema:
        """Add a body and refer to it."""
        schema = self._read(section)
        self._schemas[section.__name__] = schema
        return {"$ref": _REFERENCE + section.__name__}

    def parameters(self, section: type[Section], *, place: str) -> list[Schema]:
        """List the parameters of a path or a query."""
        schema = self._read(section)
        required = cast("Sequence[str]", schema.get("required", ()))
        properties = cast("dict[str, Schema]", schema.get("properties", {}))
        return [
            {
                "name": name,
                "in": place,
                "required": place == "path" or name in required,
                **({"description": inner["description"]} if "description" in inner else {}),
                "schema": self._without_null(inner),
            }
            for name, inner in properties.items()
        ]

    def view(self, view: type[Struct]) -> Schema:
        """Add a view and all it contains, and refer to it."""
        (reference,), components = json.schema_components([view], ref_template=_REFERENCE + "{name}")
        self._schemas.update(components)
        return reference

    def _read(self, section: type[Section]) -> Schema:
        schema = section.model_json_schema(by_alias=True, ref_template=_REFERENCE + "{model}")
        self._schemas.update(schema.pop("$defs", {}))
        return schema

    @staticmethod
    def _without_null(schema: Schema) -> Schema:
        """Leave out null, which a parameter of a URL can't be."""
        forms = [form for form in cast("list[Schema]", schema.get("anyOf", [])) if form != {"type": "null"}]
        if len(forms) != 1:
            return schema
        kept = {key: value for key, value in schema.items() if key not in {"anyOf", "default"}}
        return {**kept, **forms[0]}
