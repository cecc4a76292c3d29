from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import ClassVar, Self, final

from playwright.async_api import Browser as Chromium
from playwright.async_api import async_playwright

from duro.testkit.chromium_program import ChromiumProgram
from duro.testkit.phone import Phone
from duro.testkit.unpacked_chromium import UnpackedChromium


@final
class Browser:
    """A real Chromium, the machine's own or an unpacked one, that reaches nothing but the loopback addresses."""

    SECONDS: ClassVar = 60
    SWITCHES: ClassVar = (
        "--disable-gpu",
        "--disable-quic",
        "--disable-sync",
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
    )

    def __init__(self, chromium: Chromium) -> None:
        self._chromium = chromium

    @classmethod
    @asynccontextmanager
    async def running(cls) -> AsyncGenerator[Self]:
        """Start it with a profile of its own, and end it with everything it started.

        Raise ChromiumMissingError when there is none and none can be had.
        """
        program = await ChromiumProgram.on_path() or await UnpackedChromium.of_this_account().program()
        async with async_playwright() as driver:
            chromium = await driver.chromium.launch(
                executable_path=program.path, env=dict(program.environment), args=cls.SWITCHES
            )
            try:
                yield cls(chromium)
            finally:
                await chromium.close()

    @asynccontextmanager
    async def phone(self, *, has_scripts: bool = True) -> AsyncGenerator[Phone]:
        """Lend a phone that has been nowhere yet; without scripts it runs no JavaScript."""
        width, height = Phone.SCREEN
        context = await self._chromium.new_context(
            viewport={"width": width, "height": height},
            device_scale_factor=2,
            is_mobile=True,
            has_touch=True,
            java_script_enabled=has_scripts,
        )
        context.set_default_timeout(self.SECONDS * 1000)
        try:
            yield await Phone.in_hand(context)
        finally:
            await context.close()
