from typing import final


@final
class ChromiumMissingError(RuntimeError):
    """No Chromium is at hand and none could be had; the message says what to install."""

    def __init__(self, why: str) -> None:
        super().__init__(
            f"No Chromium on PATH works, and none could be unpacked: {why}\n"
            "Install one that is found on PATH as chromium, chromium-browser or google-chrome "
            "(on Debian, as root: apt-get install chromium)."
        )
