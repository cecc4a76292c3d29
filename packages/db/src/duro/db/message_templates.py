from dataclasses import dataclass
from typing import Final, final

from asyncpg import Record
from whenever import Instant

from duro.billing.messages import MessageKind
from duro.db.session import TenantSession

_COLUMNS: Final = "kind, subject, html, text, whatsapp_template, updated_at"
_GET: Final = f"select {_COLUMNS} from {{schema}}.message_templates where tenant_id = $1 and kind = $2"
_LIST: Final = """
    select kind, subject, whatsapp_template, updated_at from {schema}.message_templates
    where tenant_id = $1 order by kind"""
_PUT: Final = f"""
    insert into {{schema}}.message_templates (tenant_id, {_COLUMNS}) values ($1, $2, $3, $4, $5, $6, $7)
    on conflict (tenant_id, kind) do update
    set subject = excluded.subject, html = excluded.html, text = excluded.text,
        whatsapp_template = excluded.whatsapp_template, updated_at = excluded.updated_at"""
_REMOVE: Final = f"""
    delete from {{schema}}.message_templates where tenant_id = $1 and kind = $2 returning {_COLUMNS}"""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class LetterWords:
    """A merchant's own letter: text with merge tags, three times over."""

    subject: str
    html: str
    text: str


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class MessageTemplate:
    """How a merchant tells a kind of message: in their own letter, by their own template at Meta, or as usual."""

    kind: MessageKind
    letter: LetterWords | None = None
    whatsapp_template: str | None = None
    updated_at: Instant | None = None


@final
@dataclass(frozen=True, slots=True)
class TemplateSummary:
    """Which of a kind's templates are a merchant's own."""

    kind: MessageKind
    subject: str | None = None
    whatsapp_template: str | None = None
    updated_at: Instant | None = None


@final
class MessageTemplateRepository:
    """The tenant's own words, at most one template for each kind of message."""

    def __init__(self, session: TenantSession) -> None:
        self._session = session

    async def get(self, kind: MessageKind) -> MessageTemplate | None:
        row = await self._session.fetchrow(_GET, kind.value)
        return None if row is None else self._read(row)

    async def summaries(self) -> tuple[TemplateSummary, ...]:
        """Say for which kinds there is one."""
        return tuple(
            TemplateSummary(MessageKind(row["kind"]), row["subject"], row["whatsapp_template"], row["updated_at"])
            for row in await self._session.fetch(_LIST)
        )

    async def put(self, template: MessageTemplate) -> None:
        """Store it in place of what was there."""
        letter = template.letter
        await self._session.execute(
            _PUT,
            template.kind.value,
            None if letter is None else letter.subject,
            None if letter is None else letter.html,
            None if letter is None else letter.text,
            template.whatsapp_template,
            template.updated_at,
        )

    async def remove(self, kind: MessageKind) -> MessageTemplate | None:
        """Remove it, and give what was there."""
        row = await self._session.fetchrow(_REMOVE, kind.value)
        return None if row is None else self._read(row)

    @staticmethod
    def letter(row: Record, prefix: str = "") -> LetterWords | None:
        """Read the letter of a row, whose columns may have a prefix."""
        subject, html, text = (row[f"{prefix}{name}"] for name in ("subject", "html", "text"))
        return None if subject is None else LetterWords(subject=subject, html=html, text=text)

    @classmethod
    def _read(cls, row: Record) -> MessageTemplate:
        return MessageTemplate(
            kind=MessageKind(row["kind"]),
            letter=cls.letter(row),
            whatsapp_template=row["whatsapp_template"],
            updated_at=row["updated_at"],
        )
