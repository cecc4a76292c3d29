from litestar import Controller, post

from duro.payments.simulated import CardDesk
from duro.payments.simulated.dictation_wire import DictationBody, DictationReply
from duro.payments.simulated.json_text import JsonText


class CardsController(Controller):
    """What cards are told to answer; no provider has this."""

    path = "/cards"

    @post("/answers", status_code=200)
    async def tell(self, body: bytes, cards: CardDesk) -> DictationReply:
        data = JsonText.read(body, DictationBody)
        return DictationReply.of(await cards.tell(data.token, data.declines))
