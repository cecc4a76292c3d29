import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeVar, cast, final

from duro.kernel import EntityId, Mode, TenantId

AnyId = TypeVar("AnyId", bound=EntityId)

_FIELDS: Final[frozenset[object]] = frozenset({"mode", "tenantId", "id"})
_ID: Final = re.compile(r"[a-z]{2,6}_[0-7][0-9a-hjkmnp-tv-z]{25}")


class MalformedPayloadError(ValueError):
    """What came off the queue is not {mode, tenantId, id}; no retry can mend it."""


@final
@dataclass(frozen=True, slots=True)
class JobPayload:
    """All a job may carry: the mode, the tenant and the id of one row, to be read again under the tenant's policy."""

    mode: Mode
    tenant_id: TenantId
    id: str

    @classmethod
    def about(cls, mode: Mode, tenant_id: TenantId, entity_id: EntityId) -> "JobPayload":
        return cls(mode, tenant_id, str(entity_id))

    @classmethod
    def decode(cls, data: object) -> "JobPayload":
        """Read what the queue holds. Raise MalformedPayloadError for anything but the three fields, well formed."""
        if not isinstance(data, Mapping):
            raise MalformedPayloadError("A payload is an object.")
        fields = cast("Mapping[object, object]", data)
        if fields.keys() ^ _FIELDS:
            raise MalformedPayloadError("A payload has the fields mode, tenantId and id, and no other.")
        mode, tenant_id, entity_id = fields["mode"], fields["tenantId"], fields["id"]
        if not (isinstance(mode, str) and isinstance(tenant_id, str) and isinstance(entity_id, str)):
            raise MalformedPayloadError("The fields of a payload are texts.")
        if not _ID.fullmatch(entity_id):
            raise MalformedPayloadError("An id is a prefix and 26 base32 characters.")
        try:
            return cls(Mode(mode), TenantId.parse(tenant_id), entity_id)
        except ValueError as error:
            raise MalformedPayloadError(str(error)) from error

    def encode(self) -> dict[str, str]:
        return {"mode": self.mode.value, "tenantId": str(self.tenant_id), "id": self.id}

    @property
    def kind(self) -> str:
        """The prefix of the id: what it names."""
        return self.id.rpartition("_")[0]

    def entity(self, kind: type[AnyId]) -> AnyId:
        """Read the id as one kind. Raise MalformedPayloadError when it names another."""
        try:
            return kind.parse(self.id)
        except ValueError as error:
            raise MalformedPayloadError(str(error)) from error
