from collections.abc import Mapping
from functools import lru_cache
from typing import final

from jinja2 import StrictUndefined, Template
from jinja2.sandbox import ImmutableSandboxedEnvironment


@final
class TagLanguage:
    """Templates with merge tags, in a sandbox: no functions, filters or tests, and a tag nobody gave is an error.

    The language of HTML escapes every value; the language of plain text leaves them as they are.
    """

    def __init__(self, *, is_html: bool) -> None:
        self.environment = ImmutableSandboxedEnvironment(
            autoescape=is_html, undefined=StrictUndefined, keep_trailing_newline=True
        )
        self.environment.globals.clear()
        self.environment.filters.clear()
        self.environment.tests.clear()
        self._compiled = lru_cache(maxsize=512)(self._compile)

    def fill(self, source: str, values: Mapping[str, object]) -> str:
        """Put values where the tags stand. Raise jinja2.TemplateError for a template that isn't sound."""
        return self._compiled(source).render(values)

    def _compile(self, source: str) -> Template:
        return self.environment.from_string(source)
