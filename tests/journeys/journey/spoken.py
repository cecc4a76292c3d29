class Spoken:
    """How journeys name what the API shows."""

    @staticmethod
    def minute(instant: str | None) -> str:
        """Name an instant by its minute, in UTC."""
        return "never" if instant is None else instant[:16].replace("T", " ")
