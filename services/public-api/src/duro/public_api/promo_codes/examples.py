from collections.abc import Mapping
from typing import ClassVar, final


@final
class PromoCodeExamples:
    """A promo code as the document shows it."""

    BODY: ClassVar[Mapping[str, object]] = {
        "code": "HARMATTAN25",
        "percentOff": 25,
        "duration": "repeating",
        "durationCycles": 3,
        "maxRedemptions": 500,
    }
    REDEMPTION: ClassVar[Mapping[str, object]] = {"promoCode": "HARMATTAN25"}
    PROMOTION: ClassVar[Mapping[str, object]] = {
        "promoCodeId": "promo_01jxk8m3s4e5f6g7h8j9k0m1n2",
        "code": "HARMATTAN25",
        "percentOff": 25,
        "amountOff": None,
        "currency": None,
        "duration": "repeating",
        "cyclesLeft": 3,
        "planIds": None,
    }
    VIEW: ClassVar[Mapping[str, object]] = {
        "id": "promo_01jxk8m3s4e5f6g7h8j9k0m1n2",
        "code": "HARMATTAN25",
        "percentOff": 25,
        "amountOff": None,
        "currency": None,
        "duration": "repeating",
        "durationCycles": 3,
        "planIds": None,
        "maxRedemptions": 500,
        "redemptions": 0,
        "expiresAt": None,
        "archived": False,
        "archivedAt": None,
        "createdAt": "2026-01-31T09:00:00Z",
        "updatedAt": "2026-01-31T09:00:00Z",
    }
