from typing import final

from duro.http_kit.refusals import RefusedRequestError


@final
class UnverifiedNoticeError(RefusedRequestError):
    """Nobody can say that the provider sent this, or sent it lately: it is believed in nothing."""

    def __init__(self) -> None:
        super().__init__(
            status=401,
            code="unauthorized",
            message="This is not signed by the provider, or was signed too long ago.",
        )
        self.headers = {"WWW-Authenticate": 'Signature realm="duro"'}
