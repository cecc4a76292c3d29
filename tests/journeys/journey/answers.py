"""What banks answer when they don't pay."""

from typing import Final

from duro.payments import Declined

EMPTY: Final = Declined("51", "Insufficient funds")
NO_REASON: Final = Declined("05", "Do not honor")
ABOVE_LIMIT: Final = Declined("61", "Exceeds withdrawal amount limit")
STOLEN: Final = Declined("43", "Stolen card")
STOPPED: Final = Declined("R0", "Stop payment order")
NEVER_AGAIN: Final = Declined("79", "Life cycle", "03")
LATER: Final = Declined("61", "Exceeds withdrawal amount limit", "02")
