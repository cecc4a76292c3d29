from typing import Annotated

from pydantic import Field

from duro.http_kit.fields import InstantField
from duro.http_kit.inputs import Input, Section


class StretchQuery(Section):
    """From when on, up to but without when; the last 30 days unless they are given, and at most 366 days."""

    since: Annotated[InstantField | None, Field(alias="from")] = None
    until: Annotated[InstantField | None, Field(alias="to")] = None


class AnalyticsInput(Input):
    """Reads a question about a stretch of time."""

    query: StretchQuery
