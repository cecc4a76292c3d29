import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from html import escape
from typing import ClassVar, Final, cast, final

from duro.http_kit.schema_catalogue import Schema

_STYLE: Final = """
:root{--ink:#17202a;--soft:#5b6773;--line:#d9e0e6;--ground:#fff;--code:#f4f6f8;--accent:#0b6b4f}
@media(prefers-color-scheme:dark){:root{--ink:#e6ebef;--soft:#9aa7b3;--line:#2e3943;--ground:#11171c;
--code:#1a2229;--accent:#5fd3ad}}
*{box-sizing:border-box}body{margin:0 auto;max-width:62rem;padding:2rem 1.25rem;background:var(--ground);
color:var(--ink);font:16px/1.55 system-ui,sans-serif;overflow-wrap:anywhere}
h1,h2,h3{line-height:1.25}h2{margin-top:3rem;border-bottom:1px solid var(--line)}
article{margin:2rem 0;padding-bottom:1rem;border-bottom:1px solid var(--line)}a{color:var(--accent)}
code,pre{font:14px/1.5 ui-monospace,monospace;background:var(--code);border-radius:4px}code{padding:.1em .3em}
pre{padding:.8rem;overflow:auto}.method{color:var(--accent);font-weight:700}.soft{color:var(--soft)}
table{border-collapse:collapse;width:100%}td,th{text-align:left;vertical-align:top;padding:.35rem .6rem .35rem 0;
border-bottom:1px solid var(--line)}nav ul{columns:2 18rem;list-style:none;padding:0}
"""
_POINTER: Final = "#/components/schemas/"


@final
class DocsPage:
    """The reference as one page of HTML that needs nothing from anywhere: no script, no font, no other host."""

    POLICY: ClassVar[str] = (
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; style-src 'sha256-"
        + base64.b64encode(sha256(_STYLE.encode()).digest()).decode()
        + "'"
    )

    def __init__(self, document: Schema, errors: Mapping[str, str]) -> None:
        self._document = document
        self._errors = errors

    def html(self) -> str:
        info = cast("Mapping[str, str]", self._document["info"])
        return "".join(
            [
                '<!doctype html><html lang="en"><head><meta charset="utf-8">',
                '<meta name="viewport" content="width=device-width, initial-scale=1">',
                f"<title>{escape(info['title'])}</title><style>{_STYLE}</style></head><body><main>",
                f"<h1>{escape(info['title'])} <small class=soft>{escape(info['version'])}</small></h1>",
                f"<p>{escape(info['description'])}</p>",
                '<p>The same, for machines: <a href="/openapi.json">openapi.json</a> (OpenAPI 3.1).</p>',
                *self._contents(),
                "<h2>Requests</h2>",
                *(part for operation in self._operations() for part in self._article(*operation)),
                "<h2 id=schemas>Values</h2>",
                *(part for name, schema in self._schemas().items() for part in self._schema(name, schema)),
                "<h2 id=errors>Errors</h2><table><tr><th>code<th>what it means</tr>",
                *(
                    f'<tr id="error-{escape(code)}"><td><code>{escape(code)}</code><td>{escape(words)}</tr>'
                    for code, words in self._errors.items()
                ),
                "</table></main></body></html>",
            ]
        )

    def _operations(self) -> Iterator[tuple[str, str, Schema]]:
        for path, methods in cast("Mapping[str, Mapping[str, Schema]]", self._document["paths"]).items():
            for method, operation in methods.items():
                yield path, method, operation

    def _schemas(self) -> Mapping[str, Schema]:
        components = cast("Mapping[str, Mapping[str, Schema]]", self._document["components"])
        return components["schemas"]

    def _contents(self) -> Iterator[str]:
        yield "<nav><ul>"
        for path, method, operation in self._operations():
            yield (
                f'<li><a href="#{escape(str(operation["operationId"]))}">{escape(str(operation["summary"]))}</a>'
                f" <span class=soft>{method.upper()} {escape(path)}</span></li>"
            )
        yield "</ul></nav>"

    def _article(self, path: str, method: str, operation: Schema) -> Iterator[str]:
        yield f'<article id="{escape(str(operation["operationId"]))}"><h3>{escape(str(operation["summary"]))}</h3>'
        yield f"<p><code><span class=method>{method.upper()}</span> {escape(path)}</code></p>"
        yield f"<p>{escape(str(operation.get('description', '')))}</p>"
        parameters = cast("Sequence[Schema]", operation["parameters"])
        named = [parameter for parameter in parameters if "name" in parameter]
        if named:
            yield "<table><tr><th>parameter<th>in<th>form</tr>"
            for parameter in named:
                yield f"<tr><td><code>{escape(str(parameter['name']))}</code><td>{escape(str(parameter['in']))}"
                yield f"<td>{self._form(cast('Schema', parameter['schema']))}</tr>"
            yield "</table>"
        if "requestBody" in operation:
            yield "<h4>Body</h4>"
            yield self._content(cast("Schema", operation["requestBody"]))
        yield "<h4>Answers</h4><ul>"
        for status, answer in cast("Mapping[str, Schema]", operation["responses"]).items():
            body = self._content(answer) if "content" in answer else ""
            yield f"<li><code>{status}</code> {escape(str(answer.get('description', 'an error')))}{body}</li>"
        yield "</ul></article>"

    def _content(self, holder: Schema) -> str:
        media = next(iter(cast("Mapping[str, Schema]", holder["content"]).values()))
        example = media.get("example")
        shown = f"<pre tabindex=0>{escape(json.dumps(example, indent=2, ensure_ascii=False))}</pre>" if example else ""
        return f" {self._form(cast('Schema', media['schema']))}{shown}"

    def _schema(self, name: str, schema: Schema) -> Iterator[str]:
        yield f'<article id="schema-{escape(name)}"><h3>{escape(name)}</h3>'
        yield f"<p>{escape(str(schema.get('description', '')))}</p>"
        properties = cast("Mapping[str, Schema]", schema.get("properties", {}))
        if properties:
            required = cast("Sequence[str]", schema.get("required", ()))
            yield "<table><tr><th>field<th>form<th>needed</tr>"
            for field, form in properties.items():
                need = "required" if field in required else ""
                yield f"<tr><td><code>{escape(field)}</code><td>{self._form(form)}<td class=soft>{need}</tr>"
            yield "</table>"
        elif "enum" in schema:
            yield f"<p>{self._form(schema)}</p>"
        yield "</article>"

    def _form(self, schema: Schema) -> str:
        if "$ref" in schema:
            name = str(schema["$ref"]).removeprefix(_POINTER)
            return f'<a href="#schema-{escape(name)}">{escape(name)}</a>'
        if "anyOf" in schema:
            return " or ".join(self._form(form) for form in cast("Sequence[Schema]", schema["anyOf"]))
        if "enum" in schema:
            return " · ".join(f"<code>{escape(str(word))}</code>" for word in cast("Sequence[object]", schema["enum"]))
        if "items" in schema:
            return f"list of {self._form(cast('Schema', schema['items']))}"
        bounds = [
            f"{key} {schema[key]}" for key in ("minimum", "maximum", "exclusiveMaximum", "pattern") if key in schema
        ]
        words = [str(schema.get("type", "any")), *bounds, str(schema.get("description", ""))]
        return escape(", ".join(word for word in words if word))
