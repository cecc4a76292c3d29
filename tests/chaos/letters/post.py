import os
import signal
from collections import Counter, deque
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import ClassVar, Self, final

from duro.crypto import SystemClock, Uuid7IdFactory
from duro.db.role_urls import RoleUrls
from duro.email import SmtpSecurity
from duro.testkit import (
    Deadline,
    MailAnswer,
    MailSink,
    ProcessRunner,
    RunningService,
    ServiceCommand,
    Stage,
    WhatsAppAnswer,
    WhatsAppSimulator,
)
from letters.form import Answers, Fault, PostForm
from letters.ledger import MessageBooks
from letters.people import People
from storm.world import Ground


@final
class Post:
    """Workers that tell people, each a process that may be killed at any moment, and the vendors behind them."""

    HERE: ClassVar[Path] = Path(__file__).parent.parent

    def __init__(
        self,
        form: PostForm,
        ground: Ground,
        people: People,
        *,
        processes: ProcessRunner,
        sink: MailSink,
        whatsapp: WhatsAppSimulator,
        sabotage: tuple[str, ...],
    ) -> None:
        self.form = form
        self.people = people
        self.sink = sink
        self.whatsapp = whatsapp
        self.books = MessageBooks(ground.admin_url)
        self.chronicle: list[str] = []
        self.ground = ground
        self._processes = processes
        self._sabotage = sabotage
        self._random = form.random()
        self._loaded: Counter[object] = Counter()
        self._workers: deque[RunningService] = deque()

    @classmethod
    @asynccontextmanager
    async def open(
        cls, form: PostForm, ground: Ground, *, folder: Path, sabotage: tuple[str, ...] = ()
    ) -> AsyncGenerator[Self]:
        clock = SystemClock()
        async with (
            Stage.open(ground.admin_url, clock=clock, ids=Uuid7IdFactory(clock)) as stage,
            MailSink.running() as sink,
            WhatsAppSimulator.running() as whatsapp,
            ProcessRunner.open(folder) as processes,
        ):
            people = await People.of(form, stage)
            yield cls(form, ground, people, processes=processes, sink=sink, whatsapp=whatsapp, sabotage=sabotage)

    @property
    def arrived(self) -> int:
        return len(self.sink.letters) + len(self.whatsapp.messages)

    @property
    def answers(self) -> Answers:
        """How the vendors have treated what they were handed so far."""
        left = Counter[object](self.sink.waiting_answers) + Counter[object](self.whatsapp.waiting_answers)
        return Answers(self._loaded - left)

    async def start_worker(self) -> RunningService:
        roles = RoleUrls.derive(self.ground.admin_url)
        module = "storm.sabotage" if self._sabotage else "duro.billing_worker"
        smtp, timeout = self.sink.settings(SmtpSecurity.PLAIN, password=""), str(self.form.timeout_seconds)
        settings = {
            "PYTHONPATH": str(self.HERE),
            "DURO_PROFILE": "development",
            "DURO_TEST_DATABASE_URL": roles.test,
            "DURO_LIVE_DATABASE_URL": roles.live,
            "DURO_SWEEP_DATABASE_URL": roles.sweep,
            "DURO_REDIS_URL": self.ground.redis_url,
            "DURO_GATEWAY_URL": "http://127.0.0.1:9",
            "DURO_MESSAGES_SECONDS": "1",
            "DURO_DUNNING_SECONDS": "0",
            "DURO_WORKER_HEALTH_PORT": str(self._processes.free_port()),
            "DURO_TEST_MESSAGES": "send",
            "DURO_MAIL_FROM": "billing@duro.example",
            "DURO_SMTP_HOST": smtp.host,
            "DURO_SMTP_PORT": str(smtp.port),
            "DURO_SMTP_SECURITY": "plain",
            "DURO_SMTP_TIMEOUT_SECONDS": timeout,
            "DURO_SMTP_CONNECTIONS": "3",
            "DURO_WHATSAPP_URL": self.whatsapp.url,
            "DURO_WHATSAPP_PHONE_NUMBER_ID": self.whatsapp.NUMBER,
            "DURO_WHATSAPP_TOKEN": self.whatsapp.TOKEN,
            "DURO_WHATSAPP_APP_SECRET": self.whatsapp.APP_SECRET,
            "DURO_WHATSAPP_VERIFY_TOKEN": self.whatsapp.VERIFY_TOKEN,
            "DURO_WHATSAPP_TIMEOUT_SECONDS": timeout,
            "DURO_WHATSAPP_CONNECTIONS": "3",
        }
        worker = await self._processes.start(ServiceCommand(module, self._sabotage, environment=settings))
        self._workers.append(worker)
        return worker

    async def rage(self) -> None:
        """Write wave upon wave, strike each while it leaves, and wait until everything has an end."""
        for _ in range(self.form.workers):
            await self.start_worker()
        for fault in self.form.faults:
            self._load()
            await self._strike(fault)
        await self.drain()

    async def drain(self) -> None:
        """Let waits and the leases of vanished holders pass until nothing waits."""

        async def is_over() -> bool:
            await self.let_time_pass()
            return not await self.books.waiting()

        await Deadline(self.form.limit_seconds, 0.5).until(is_over, "every message coming to its end")

    async def let_time_pass(self) -> None:
        """Let every wait pass, and the leases of those who vanished."""
        await self.books.come_due()
        await self.books.expire(self.books.held)

    def load(self, mail: Sequence[MailAnswer], whatsapp: Sequence[WhatsAppAnswer | int]) -> None:
        """Tell the vendors how to treat what comes next."""
        self.sink.answer(*mail)
        self.whatsapp.answer(*whatsapp)
        self._loaded.update([*mail, *whatsapp])

    async def kill_worker(self) -> RunningService:
        """Kill the one that works longest, with whatever it holds, and start another."""
        worker = await self._next_worker()
        worker.kill_outright()
        held = await self.books.note_held()
        self.chronicle.append(f"killed with {len(held)} being sent")
        return await self.start_worker()

    def unexpected_ends(self) -> list[str]:
        """Give the last words of workers that ended though nobody had killed them."""
        return [worker.log(lines=20) for worker in self._workers if not worker.is_running]

    async def _strike(self, fault: Fault) -> None:
        if fault is Fault.VENDORS_DOWN:
            await self._down()
            return
        before = self.arrived
        await self.people.write_wave(self.form.wave)
        share = self._random.randrange(1, self.form.wave // 3)
        await Deadline(self.form.limit_seconds, 0.002).until(
            lambda: self.arrived >= before + share, f"{share} of a wave arriving"
        )
        match fault:
            case Fault.WORKER_KILLED:
                await self.kill_worker()
            case Fault.QUEUE_FLUSHED:
                await self.ground.flush()
                await self.kill_worker()
            case Fault.CONNECTIONS_CUT:
                await self.books.cut_connections()
                self.chronicle.append(f"cut with {len(await self.books.note_held())} being sent")
            case Fault.WORKER_PAUSED:
                await self._pause()

    async def _down(self) -> None:
        """Take the vendors away, and bring them back once somebody wasn't reached."""
        known = await self.books.unreached()
        async with self.sink.away(), self.whatsapp.away():
            await self.people.write_wave(self.form.wave)

            async def is_noticed() -> bool:
                return await self.books.unreached() > known

            await Deadline(self.form.limit_seconds, 0.05).until(is_noticed, "somebody not being reached")
        self.chronicle.append("vendors down")

    async def _pause(self) -> None:
        """Stop a worker where it stands until what it holds was given up by another."""
        worker = await self._next_worker()
        os.kill(worker.pid, signal.SIGSTOP)
        held = await self.books.note_held()
        await self.books.expire(held)

        async def are_given_up() -> bool:
            return await self.books.are_given_up(held)

        await Deadline(self.form.limit_seconds, 0.1).until(are_given_up, "leases of a paused worker being taken")
        os.kill(worker.pid, signal.SIGCONT)
        self._workers.append(worker)
        self.chronicle.append(f"paused with {len(held)} being sent")

    async def _next_worker(self) -> RunningService:
        worker = self._workers.popleft()
        await worker.until_logged('"event": "working"', seconds=60)
        return worker

    def _load(self) -> None:
        """Tell the vendors how to treat about as much as a wave is."""
        count = self.form.wave // 2
        self.load(self._random.choices(Answers.MAIL, k=count), self._random.choices(Answers.WHATSAPP, k=count))
