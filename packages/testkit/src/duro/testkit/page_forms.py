from html.parser import HTMLParser
from typing import Self, final


@final
class PageForms(HTMLParser):
    """The forms and links of a page as a browser without scripts would use them, by what their buttons are called."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: dict[str, dict[str, str]] = {}
        self.links: dict[str, str] = {}
        self._fields: dict[str, str] = {}
        self._href = ""
        self._words: list[str] = []

    @classmethod
    def of(cls, html: str) -> Self:
        page = cls()
        page.feed(html)
        return page

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        match tag:
            case "form":
                assert given == {"method": "post"}, "A form of a page is posted to the page itself."
                self._fields = {}
            case "input":
                self._fields[given["name"]] = given.get("value", "")
            case "a":
                self._href, self._words = given["href"], []
            case "button":
                self._words = []
            case _:
                pass

    def handle_data(self, data: str) -> None:
        self._words.append(data)

    def handle_endtag(self, tag: str) -> None:
        label = " ".join("".join(self._words).split())
        match tag:
            case "button":
                self.forms[label] = self._fields
            case "a":
                self.links[label] = self._href
            case _:
                pass
