from collections.abc import Mapping
from typing import ClassVar, final


@final
class CustomerExamples:
    """A customer as the document shows them."""

    BODY: ClassVar[Mapping[str, object]] = {
        "email": "ada@example.com",
        "ref": "user-42",
        "name": "Ada Obi",
        "phone": "+2348012345678",
        "whatsappConsent": True,
        "metadata": {"source": "app"},
    }
    CHANGE: ClassVar[Mapping[str, object]] = {"name": "Ada Obi-Eze", "phone": None}
    VIEW: ClassVar[Mapping[str, object]] = {
        "id": "cus_01jxk8m3s4e5f6g7h8j9k0m1n2",
        "ref": "user-42",
        "email": "ada@example.com",
        "name": "Ada Obi",
        "phone": "+2348012345678",
        "whatsappConsent": True,
        "metadata": {"source": "app"},
        "testClockId": None,
        "createdAt": "2026-01-31T09:00:00Z",
        "updatedAt": "2026-01-31T09:00:00Z",
    }
