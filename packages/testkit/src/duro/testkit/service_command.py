from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import final


@final
@dataclass(frozen=True, slots=True)
class ServiceCommand:
    """How to start a service: `python -m module arguments`, its DURO_ settings, and where it says that it is well."""

    module: str
    arguments: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    health_url: str | None = None
    start_seconds: float = 30
