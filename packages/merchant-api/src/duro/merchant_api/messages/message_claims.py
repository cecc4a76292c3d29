from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, final

from whenever import Instant, TimeDelta

from duro.billing import Zone
from duro.billing.messages import Departure
from duro.db import Repositories, RepositoryContexts
from duro.db.message_rows import Message, MessageStatus, MessageSubject
from duro.kernel import Clock, MessageId, TenantId
from duro.merchant_api.messages.person_keys import PersonKeys
from duro.merchant_api.messages.second_look import SecondLook
from duro.merchant_api.messages.telling import Dispatch, Telling, TellingOutcome

_REMEMBERED: Final = TimeDelta(hours=72)
_SKIPPED: Final = Telling(TellingOutcome.SKIPPED)


@final
@dataclass(slots=True)
class ClaimedMessages:
    """What one claim has decided: what is to be sent now, and what came of the rest."""

    tellings: dict[MessageId, Telling]
    dispatches: list[Dispatch] = field(default_factory=list[Dispatch])
    written: list[Message] = field(default_factory=list[Message])

    def keep(self, message: Message, outcome: TellingOutcome) -> None:
        self.written.append(message)
        self.tellings[message.id] = Telling(outcome, message.kind, message.channel)

    def send(self, dispatch: Dispatch) -> None:
        self.written.append(dispatch.message)
        self.dispatches.append(dispatch)


@final
class MessageClaims:
    """Transaction one of telling people: look again whether it is still true and allowed now, and take it on.

    While a message is being sent it belongs to its holder. One whose holder vanished may have left: it is never sent
    again.
    """

    def __init__(
        self,
        contexts: RepositoryContexts,
        keys: PersonKeys,
        *,
        clock: Clock,
        lease: TimeDelta,
    ) -> None:
        self._contexts = contexts
        self._keys = keys
        self._clock = clock
        self._lease = lease

    async def claim(self, tenant_id: TenantId, ids: Sequence[MessageId]) -> ClaimedMessages:
        """Take on what of these messages of one tenant may leave now; what another worker holds is skipped."""
        claimed = ClaimedMessages(dict.fromkeys(ids, _SKIPPED))
        async with self._contexts.open(tenant_id) as repos:
            now = self._clock.now()
            subjects = await repos.messages.lock_due(ids, now=now)
            if not subjects:
                return claimed
            people = {key for subject in subjects if self._is_new_nudge(subject) for key in self._person(subject)}
            nudged = await repos.nudges.lock(sorted(people), since=now - _REMEMBERED) if people else {}
            reachable = await self._reachable(repos, subjects, now=now)
            departure = Departure(quiet_hours=(await repos.recovery_settings.get()).quiet_hours)
            for subject in reachable:
                self._decide(subject, claimed, departure, nudged, now=now)
            await repos.messages.claim(claimed.written)
            reserved = [nudge for dispatch in claimed.dispatches for nudge in dispatch.nudges]
            if reserved:
                await repos.nudges.reserve(reserved)
        return claimed

    async def _reachable(
        self, repos: Repositories, subjects: Sequence[MessageSubject], *, now: Instant
    ) -> list[MessageSubject]:
        """Take the consent away from who isn't to be written on WhatsApp now, whichever merchant learned of it."""
        asked = {one.phone for one in subjects if one.phone is not None and one.has_whatsapp_consent}
        keys = {phone: self._keys.of_phone(phone) for phone in asked}
        refused = await repos.whatsapp_refusals.among(keys.values(), now=now) if keys else frozenset[bytes]()
        return [
            replace(one, has_whatsapp_consent=False) if keys.get(one.phone or "") in refused else one
            for one in subjects
        ]

    def _decide(
        self,
        subject: MessageSubject,
        claimed: ClaimedMessages,
        departure: Departure,
        nudged: Mapping[bytes, set[Instant]],
        *,
        now: Instant,
    ) -> None:
        message = subject.message
        if message.status is MessageStatus.SENDING:
            lost = self._over(message, MessageStatus.UNKNOWN, "sender_vanished", now=now)
            claimed.keep(lost, TellingOutcome.UNKNOWN)
            return
        if (objection := SecondLook.objection(subject, now=now)) is not None:
            claimed.keep(self._over(message, MessageStatus.DROPPED, objection, now=now), TellingOutcome.DROPPED)
            return
        people = self._person(subject) if self._is_new_nudge(subject) else ()
        earlier = sorted({at for key in people for at in nudged[key]})
        leaves_at = departure.earliest(message.kind, now, Zone(subject.zone), nudged_at=earlier)
        if leaves_at > now:
            claimed.keep(replace(message, send_at=leaves_at), TellingOutcome.POSTPONED)
            return
        for key in people:
            nudged[key].add(now)
        sending = replace(
            message, status=MessageStatus.SENDING, send_at=now + self._lease, tries=message.tries + 1, outcome=None
        )
        claimed.send(Dispatch(replace(subject, message=sending), tuple((key, now) for key in people)))

    def _person(self, subject: MessageSubject) -> tuple[bytes, ...]:
        return self._keys.of(email=subject.email, phone=subject.phone)

    @staticmethod
    def _is_new_nudge(subject: MessageSubject) -> bool:
        """Say whether it counts: what never arrived on WhatsApp has been counted there, and goes by e-mail now."""
        message = subject.message
        is_waiting = message.status is MessageStatus.PENDING and message.whatsapp_failed_at is None
        return message.kind.is_nudge and is_waiting

    @staticmethod
    def _over(message: Message, status: MessageStatus, outcome: str, *, now: Instant) -> Message:
        return replace(message, status=status, send_at=None, outcome=outcome, settled_at=now)
