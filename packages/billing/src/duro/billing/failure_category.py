from enum import StrEnum


class FailureCategory(StrEnum):
    """Why a charge failed, as recovery reasons about it; every provider code belongs to exactly one."""

    INSUFFICIENT_FUNDS = "insufficient_funds"
    LIMIT_EXCEEDED = "limit_exceeded"
    EXPIRED_CARD = "expired_card"
    CARD_NOT_SUPPORTED = "card_not_supported"
    DO_NOT_HONOR = "do_not_honor"
    HARD_DECLINE = "hard_decline"
    AUTHENTICATION_REQUIRED = "authentication_required"
    PROCESSOR_ERROR = "processor_error"
    MANDATE_NOT_READY = "mandate_not_ready"
    UNKNOWN = "unknown"
