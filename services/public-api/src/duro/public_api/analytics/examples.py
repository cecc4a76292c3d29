from collections.abc import Mapping
from typing import ClassVar, final


@final
class AnalyticsExamples:
    """How a business stands, as the document shows it."""

    AT_RISK: ClassVar[Mapping[str, object]] = {
        "cases": 40,
        "amount": 20000000,
        "recoveredCases": 22,
        "recovered": 11250000,
        "recoveredFees": 388750,
        "recoveredNet": 10861250,
        "feesUnknown": 0,
        "openCases": 9,
        "open": 4500000,
        "recoveryBasisPoints": 5625,
        "netRecoveryBasisPoints": 5431,
        "caseRecoveryBasisPoints": 5500,
    }
    OVERVIEW: ClassVar[Mapping[str, object]] = {
        "from": "2026-02-01T00:00:00Z",
        "to": "2026-03-01T00:00:00Z",
        "currencies": [
            {
                "currency": "NGN",
                "monthlyRecurring": 412500000,
                "subscriptions": 830,
                "churnedByChoice": 11,
                "churnedByFailure": 4,
                "atRisk": AT_RISK,
                "lostCases": 7,
                "lost": 3250000,
                "cancelledCases": 2,
                "cancelled": 1000000,
            }
        ],
    }
    FAILURES: ClassVar[Mapping[str, object]] = {
        "from": "2026-02-01T00:00:00Z",
        "to": "2026-03-01T00:00:00Z",
        "codes": [
            {
                "month": "2026-02",
                "provider": "simulated",
                "code": "51",
                "category": "insufficient_funds",
                "charges": 31,
                "amount": 15500000,
                "recoveredCharges": 19,
                "recovered": 9500000,
                "currency": "NGN",
            }
        ],
        "cohorts": [
            {
                "month": "2026-02",
                "currency": "NGN",
                "category": "insufficient_funds",
                "atRisk": AT_RISK,
                "lostCases": 7,
                "lost": 3250000,
                "cancelledCases": 2,
                "cancelled": 1000000,
            }
        ],
    }
