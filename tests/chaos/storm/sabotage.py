"""A billing worker that was broken on purpose: `python -m storm.sabotage NAME…`, for the verdict's own tests."""

import asyncio
import os
import sys
from contextvars import ContextVar
from dataclasses import replace
from random import Random
from uuid import uuid4

import uvloop

from duro.billing import Subscription
from duro.billing.messages import Deferred, Sent, Trouble, Unknown
from duro.billing_worker.logs import JsonLogs
from duro.billing_worker.service import Service
from duro.billing_worker.settings import Settings
from duro.db import messages, renewals
from duro.db.message_rows import MessageStatus
from duro.db.records import AttemptStatus, InvoiceStatus
from duro.db.recovery import RecoveryRepository
from duro.db.renewals import RenewalRepository
from duro.kernel import Money
from duro.merchant_api.billing.charge_settlement import ChargeSettlement
from duro.merchant_api.billing.claim_drafts import ClaimDrafts
from duro.merchant_api.billing.paid_drafts import PaidDrafts
from duro.merchant_api.billing.presentment import Presentment
from duro.merchant_api.dunning.dunning_claims import DunningClaims
from duro.merchant_api.messages import BackOff, MessageClaims, MessageSettlement
from duro.merchant_api.messages.second_look import SecondLook


def settle_late():
    """Break nothing: let one settlement in three come when somebody else has taken its attempt over."""
    settle, random = ChargeSettlement.settle, Random(os.getpid())

    async def late(self, tenant_id, answers):
        if random.random() < 1 / 3:
            await asyncio.sleep(5)
        return await settle(self, tenant_id, answers)

    ChargeSettlement.settle = late


def fail_to_settle():
    """Break nothing: let one settlement in three fail on its way, so that the queue runs its job again."""
    settle, random = ChargeSettlement.settle, Random(os.getpid())

    async def failing(self, tenant_id, answers):
        if answers and random.random() < 1 / 3:
            raise ConnectionResetError
        return await settle(self, tenant_id, answers)

    ChargeSettlement.settle = failing


def send_fresh_references():
    """Send every charge under a reference of its own instead of its attempt's."""
    send = Presentment.send

    async def fresh(self, order, *, gateway_seconds=None):
        request = replace(order.request, reference=uuid4().hex[:26])
        return await send(self, replace(order, request=request), gateway_seconds=gateway_seconds)

    Presentment.send = fresh


def tell_nobody():
    """Write nothing down for the payer when an invoice is paid."""
    PaidDrafts._told = lambda *_, **__: iter(())


def forget_fees():
    """Settle charges as if no provider ever said what it kept."""
    taken = PaidDrafts.taken
    PaidDrafts.taken = lambda self, subject, _fee, *, now: taken(self, subject, None, now=now)


def settle_without_comparing():
    """Settle whatever was answered, however often: no look at attempt, invoice or period."""
    renewals._SETTLE_RENEWALS = without(renewals._SETTLE_RENEWALS, " and a.status = 'pending'")
    lock, settle, renewal_paid = RenewalRepository.lock_settlements, ChargeSettlement.settle, Subscription.renewal_paid
    is_settling = ContextVar("is_settling", default=False)

    async def as_if_pending(self, ids):
        subjects = await lock(self, ids)
        if not is_settling.get():
            return subjects
        return [
            replace(
                one,
                attempt=replace(one.attempt, status=AttemptStatus.PENDING, settled_at=None),
                invoice=replace(one.invoice, status=InvoiceStatus.OPEN, amount_paid=Money.zero(one.invoice.currency)),
            )
            for one in subjects
        ]

    async def blindly(self, tenant_id, answers):
        token = is_settling.set(True)
        try:
            return await settle(self, tenant_id, answers)
        finally:
            is_settling.reset(token)

    def one_more_period(self, _period):
        return renewal_paid(self, self.cycle.period_starting_at(self.current_period_end))

    RenewalRepository.lock_settlements = as_if_pending
    ChargeSettlement.settle = blindly
    Subscription.renewal_paid = one_more_period


def drop_invoice_key():
    """Write an invoice whenever asked, under a key that never comes again, and look at nothing that is in flight."""
    conflict = "    on conflict (tenant_id, idempotency_key) do nothing\n"
    renewals._CLAIM_RENEWALS = without(renewals._CLAIM_RENEWALS, conflict)
    draft, lock = ClaimDrafts._invoice, RenewalRepository.lock

    async def blind(self, ids, **asked):
        return [replace(subject, is_charge_pending=False) for subject in await lock(self, ids, **asked)]

    def keyless(self, subject, bill, *, now):
        return replace(draft(self, subject, bill, now=now), idempotency_key=uuid4().hex)

    ClaimDrafts._invoice = keyless
    RenewalRepository.lock = blind


def try_blindly():
    """Try a case whenever asked, whatever is in flight and whatever its card was tried for."""
    history = RecoveryRepository.history

    async def blind(self, **asked):
        found = await history(self, **asked)
        return replace(found, attempts=tuple(one for one in found.attempts if one.status is AttemptStatus.FAILED))

    RecoveryRepository.history = blind
    DunningClaims._is_allowed = lambda _self, _context: True


def ask_again():
    """Take what nobody knows to have left for something that certainly didn't."""
    settled = MessageSettlement._settled

    def certain(self, message, posted, *, now):
        if isinstance(posted.delivery, Unknown):
            posted = replace(posted, delivery=Deferred(Trouble.OUTAGE, "again", ""))
        return settled(self, message, posted, now=now)

    MessageSettlement._settled = certain


def send_vanished_again():
    """Take on again what was being sent by somebody who has vanished."""
    decide = MessageClaims._decide

    def again(self, subject, claimed, departure, nudged, *, now):
        pending = replace(subject, message=replace(subject.message, status=MessageStatus.PENDING))
        decide(self, pending, claimed, departure, nudged, now=now)

    MessageClaims._decide = again


def take_waiting_for_sent():
    """Say of what was put off that it was sent."""
    settled = MessageSettlement._settled

    def sent(self, message, posted, *, now):
        if isinstance(posted.delivery, Deferred):
            posted = replace(posted, delivery=Sent("nobody"))
        return settled(self, message, posted, now=now)

    MessageSettlement._settled = sent


def give_up_at_once():
    """Try nothing again."""
    BackOff.wait = lambda *_, **__: None


def forget_the_vanished():
    """Never look at what was being sent by somebody who has vanished."""
    due = "m.send_at <= $3"
    messages._LOCK_DUE = without(messages._LOCK_DUE, due).replace(
        "any($2::uuid[]) and ", f"any($2::uuid[]) and m.status = 'pending' and {due}"
    )


def look_once():
    """Send whatever was written down, whether it is still true or not."""
    SecondLook.objection = classmethod(lambda *_, **__: None)


def without(statement, guard):
    """Take a guard out of a statement; one that isn't there any more would make the sabotage a fiction."""
    if guard not in statement:
        message = f"The statement has no {guard!r} to take out."
        raise ValueError(message)
    return statement.replace(guard, "")


SABOTAGES = {
    "settle-late": settle_late,
    "fail-to-settle": fail_to_settle,
    "fresh-references": send_fresh_references,
    "tell-nobody": tell_nobody,
    "forget-fees": forget_fees,
    "no-compare-and-set": settle_without_comparing,
    "no-invoice-key": drop_invoice_key,
    "blind-tries": try_blindly,
    "ask-again": ask_again,
    "send-vanished-again": send_vanished_again,
    "take-waiting-for-sent": take_waiting_for_sent,
    "give-up-at-once": give_up_at_once,
    "forget-the-vanished": forget_the_vanished,
    "look-once": look_once,
}


def main():
    for name in sys.argv[1:]:
        SABOTAGES[name]()
    JsonLogs(sys.stdout).install()
    uvloop.run(Service(Settings.from_environment(os.environ)).run())


if __name__ == "__main__":
    main()
