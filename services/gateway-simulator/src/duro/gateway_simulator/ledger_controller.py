from litestar import Controller, get
from litestar.response import Stream

from duro.gateway_simulator.ledger_reader import LedgerReader


class LedgerController(Controller):
    """What was really taken, given back, pushed and told, for audits, and whether the ledger can be read at all."""

    @get("/ledger")
    async def read(self, reader: LedgerReader) -> Stream:
        return Stream(reader.lines(), media_type="application/x-ndjson")

    @get("/notices")
    async def notices(self, reader: LedgerReader) -> Stream:
        return Stream(reader.notices(), media_type="application/x-ndjson")

    @get("/health")
    async def health(self, reader: LedgerReader) -> dict[str, str]:
        await reader.ledger.charge("health")
        return {"status": "ok"}
