import msgspec
from litestar import Controller, post

from duro.payments.simulated import SimulatedIssuer
from duro.payments.simulated.token_wire import TokenBody, TokenReply


class TokensController(Controller):
    """Cards, as the simulated provider keeps them."""

    path = "/tokens"

    @post("/", status_code=200)
    async def tokenize(self, body: bytes, issuer: SimulatedIssuer) -> TokenReply:
        data = msgspec.json.decode(body, type=TokenBody)
        return TokenReply.of(issuer.tokenize(data.card))
