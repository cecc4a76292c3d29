from typing import Annotated, Any, TypeAlias

from msgspec import Meta

WireReference: TypeAlias = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9.=-]+\Z")]
WireAmount: TypeAlias = Annotated[int, Meta(ge=-(10**15), le=10**15)]
WireCurrency: TypeAlias = Annotated[str, Meta(min_length=3, max_length=3)]
WireUrl: TypeAlias = Annotated[str, Meta(max_length=2000, pattern=r"^https?://[!-~]+\Z")]
WireText: TypeAlias = Annotated[str, Meta(max_length=500)]
WireTaken: TypeAlias = Annotated[int, Meta(ge=1, le=10**15)]
WireName: TypeAlias = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[^\x00]+\Z")]
WireAnything: TypeAlias = Any
