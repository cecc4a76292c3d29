import re
from typing import ClassVar, final

from whenever import Time


@final
class TimeOfDay:
    """Reads and writes a local time of day to the minute."""

    PATTERN: ClassVar[str] = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"

    @classmethod
    def read(cls, text: object) -> Time:
        if not isinstance(text, str) or re.fullmatch(cls.PATTERN, text) is None:
            message = "must be a time of day such as 21:00"
            raise ValueError(message)
        return Time(int(text[:2]), int(text[3:]))

    @staticmethod
    def write(time: Time) -> str:
        return f"{time.hour:02}:{time.minute:02}"
