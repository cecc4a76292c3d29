from collections.abc import Collection
from typing import final

from duro.gateway_simulator.ledger_file import LedgerFile
from duro.payments.simulated import ChargeEntry, GivenBack, Presented, Presentment, RailPage, RefundEntry, RefundOrder


@final
class OpenPage:
    """The entries one transaction touches, as they change decision by decision until they are written together.

    What is pushed is few next to what is charged, and is written at once.
    """

    def __init__(self, *, charges: Collection[ChargeEntry], refunds: Collection[RefundEntry], rails: RailPage) -> None:
        self.rails = rails
        self._charges = {entry.reference: entry for entry in charges}
        self._refunds = {entry.reference: entry for entry in refunds}
        self._changed_charges: dict[str, ChargeEntry] = {}
        self._changed_refunds: dict[str, RefundEntry] = {}

    def present(self, presentment: Presentment) -> Presented:
        presented = presentment.against(self.charge(presentment.reference))
        self._put_charge(presented.entry)
        return presented

    def give_back(self, order: RefundOrder) -> GivenBack:
        given = order.against(self.refund(order.reference), self.charge(order.charge_reference))
        self._refunds[order.reference] = self._changed_refunds[order.reference] = given.entry
        if given.charge is not None:
            self._put_charge(given.charge)
        return given

    def charge(self, reference: str) -> ChargeEntry | None:
        return self._charges.get(reference)

    def refund(self, reference: str) -> RefundEntry | None:
        return self._refunds.get(reference)

    def write(self, file: LedgerFile) -> None:
        file.write_charges(self._changed_charges.values())
        file.write_refunds(self._changed_refunds.values())

    def _put_charge(self, entry: ChargeEntry) -> None:
        self._charges[entry.reference] = self._changed_charges[entry.reference] = entry
