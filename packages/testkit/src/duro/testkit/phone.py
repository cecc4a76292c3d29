from http import HTTPStatus
from typing import ClassVar, Literal, final
from urllib.parse import urlsplit

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import BrowserContext, ConsoleMessage, Page, Request, Response


@final
class Phone:
    """Somebody's phone with one page open, which keeps note of whatever goes wrong in it and of whom it speaks to."""

    SCREEN: ClassVar = (390, 844)
    SCHEMES: ClassVar[tuple[Literal["dark", "light"], ...]] = ("dark", "light")
    HERE: ClassVar = frozenset({"127.0.0.1", "localhost", "::1"})

    def __init__(self, page: Page) -> None:
        self.page = page
        self.faults: list[str] = []
        self.requests: list[str] = []

    @classmethod
    async def in_hand(cls, context: BrowserContext) -> "Phone":
        """Open an empty page."""
        phone = cls(await context.new_page())
        context.on("request", phone._note_request)
        context.on("requestfailed", phone._note_failure)
        context.on("response", phone._note_response)
        context.on("console", phone._note_message)
        context.on("weberror", lambda error: phone.faults.append(f"a script failed: {error.error}"))
        return phone

    def is_clean(self) -> None:
        """Nothing went wrong so far: no error on the console, nothing blocked or missing, nobody else spoken to."""
        assert not self.faults, "\n".join(self.faults)

    async def is_accessible(self) -> None:
        """Break no rule that axe knows, by day and by night, and fit the width of the screen."""
        for scheme in self.SCHEMES:
            await self.page.emulate_media(color_scheme=scheme)
            found = await Axe().run(self.page)
            assert not found.violations_count, f"In {scheme}: {found.generate_report()}"
        width = await self.page.evaluate("document.documentElement.scrollWidth")
        assert width <= self.SCREEN[0], f"The page is {width} wide."

    def _note_request(self, request: Request) -> None:
        self.requests.append(f"{request.method} {request.url}")
        address = urlsplit(request.url)
        if address.scheme not in {"data", "blob", "about"} and address.hostname not in self.HERE:
            self.faults.append(f"somebody else was asked: {request.url}")

    def _note_failure(self, request: Request) -> None:
        """Let a page be left before it has come."""
        if request.is_navigation_request() and request.failure == "net::ERR_ABORTED":
            return
        self.faults.append(f"{request.url} failed: {request.failure}")

    def _note_response(self, response: Response) -> None:
        """Let a page itself say that something is wrong; what it is made of may not be missing."""
        if response.status >= HTTPStatus.BAD_REQUEST and response.request.resource_type != "document":
            self.faults.append(f"{response.url} was answered with {response.status}")

    def _note_message(self, message: ConsoleMessage) -> None:
        is_about_the_answer = message.text.startswith("Failed to load resource")
        if message.type in {"error", "warning"} and not is_about_the_answer:
            self.faults.append(f"the console said: {message.text}")
