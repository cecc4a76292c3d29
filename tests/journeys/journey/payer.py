import asyncio
import re
from urllib.parse import urlsplit

from playwright.async_api import Route

from duro.payments import SimulatedCard
from duro.testkit.mail_sink import MailSink
from duro.testkit.phone import Phone


class Payer:
    """Somebody with a phone who reads their letters and does as they say; what they see must be good for everybody."""

    def __init__(self, letters: MailSink, phone: Phone) -> None:
        self._letters = letters
        self.phone = phone
        self.page = phone.page

    async def follows(self, label: str) -> None:
        """Read the latest letter and go where its button of this label leads."""
        await self.page.set_content(self._letters.letters[-1].html)
        address = await self.page.get_by_role("link", name=label, exact=True).get_attribute("href")
        assert address is not None
        assert await self.opens(address) == 200

    async def opens(self, address: str) -> int:
        """Go to an address and give the status of the answer."""
        answer = await self.page.goto(address)
        assert answer is not None
        return answer.status

    async def opens_still(self, address: str) -> None:
        """Go to a page that looks again by itself, and keep it from that."""

        async def hold(route: Route) -> None:
            answer = await route.fetch()
            headers = {name: value for name, value in answer.headers.items() if name != "refresh"}
            await route.fulfill(response=answer, headers=headers)

        await self.page.route(address, hold, times=1)
        await self.opens(address)

    async def sees(self, heading: str, *texts: str) -> None:
        """The page says this, in these words, and everybody can read and reach it."""
        await self.page.get_by_role("heading", level=1, name=heading, exact=True).wait_for()
        for text in texts:
            await self.page.get_by_text(text).first.wait_for()
        await self.phone.is_accessible()

    async def types(self, card: SimulatedCard | str, *, expiry: str = "12/30", code: str = "123") -> None:
        """Fill the form in."""
        number = card if isinstance(card, str) else " ".join(re.findall("....", card.number))
        await self.page.get_by_label("Card number").fill(number)
        await self.page.get_by_label("Expiry date").fill(expiry)
        await self.page.get_by_label("Security code").fill(code)

    async def presses(self, label: str) -> None:
        await self.page.get_by_role("button", name=label).click()

    async def asks(self, link: str) -> None:
        """Press a link of the page."""
        await self.page.get_by_role("link", name=link).click()

    async def presses_twice(self, label: str) -> None:
        """Press a button, and once more when nothing seems to happen, although the first time was taken."""
        button, taken = self.page.get_by_role("button", name=label), asyncio.Event()

        async def keep_the_answer(route: Route) -> None:
            await route.fetch(max_redirects=0)
            taken.set()

        await self.page.route(self.address, keep_the_answer, times=1)
        await button.scroll_into_view_if_needed()
        place = await button.bounding_box()
        assert place is not None
        middle = place["x"] + place["width"] / 2, place["y"] + place["height"] / 2
        await self.page.mouse.click(*middle)
        await asyncio.wait_for(taken.wait(), 30)
        await self.page.mouse.click(*middle)

    @property
    def address(self) -> str:
        """Where they are, without what was asked."""
        return urlsplit(self.page.url)._replace(query="", fragment="").geturl()

    async def faults(self) -> dict[str, str]:
        """Say what is told to be wrong with each field, by its label."""
        found: dict[str, str] = {}
        for label in ("Card number", "Expiry date", "Security code"):
            field = self.page.get_by_label(label)
            if await field.get_attribute("aria-invalid") == "true":
                names = (await field.get_attribute("aria-describedby") or "").split()
                found[label] = await self.page.inner_text(f"#{names[-1]}")
        return found
