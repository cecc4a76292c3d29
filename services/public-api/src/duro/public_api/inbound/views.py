from msgspec import Struct


class NoticeTakenView(Struct, frozen=True, rename="camel"):
    """The answer to a provider that needn't send its notice again."""

    received: bool = True
