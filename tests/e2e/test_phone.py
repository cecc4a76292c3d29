"""What a phone of a test takes for a fault: without this, the others could pass by seeing nothing."""

import pytest

from duro.testkit.browser import Browser

PAGE = "http://127.0.0.1:9/page"
PLAIN = (
    '<!doctype html><html lang="en"><meta name="viewport" content="width=device-width">'
    "<title>A page</title><main><h1>A page</h1>{}</main>"
)


@pytest.fixture
def shows(browser: Browser):
    """Show this page with these headers on a fresh phone, and give the phone's faults."""

    async def show(body: str, *, status: int = 200, **headers: str) -> list[str]:
        async with browser.phone() as phone:
            await phone.page.route(
                PAGE,
                lambda route: route.fulfill(
                    status=status,
                    content_type="text/html",
                    headers={name.replace("_", "-"): value for name, value in headers.items()},
                    body=PLAIN.format(body),
                ),
            )
            await phone.page.goto(PAGE, wait_until="networkidle")
            return phone.faults

    return show


class TestAPhone:
    async def test_has_nothing_against_a_plain_page(self, shows):
        assert await shows("<p>All is well.</p>") == []

    async def test_has_nothing_against_a_page_that_says_what_is_wrong(self, shows):
        assert await shows("<p>This link is too old.</p>", status=410) == []

    async def test_notes_what_the_policy_of_the_page_forbids(self, shows):
        faults = await shows("<p style='color:red'>Red</p>", content_security_policy="default-src 'none'")
        assert len(faults) == 1
        assert "Content Security Policy" in faults[0]

    async def test_notes_a_script_that_fails(self, shows):
        faults = await shows("<script>nothing.of.that.name</script>")
        assert faults == ["a script failed: nothing is not defined"]

    async def test_notes_that_somebody_else_is_asked_and_that_nobody_is_reached(self, shows):
        first, second = await shows("<img alt='' src='http://somebody.example/pixel.gif'>")
        assert first == "somebody else was asked: http://somebody.example/pixel.gif"
        assert second == "http://somebody.example/pixel.gif failed: net::ERR_NAME_NOT_RESOLVED"

    async def test_notes_what_is_missing_of_a_page(self, browser: Browser):
        async with browser.phone() as phone:
            await phone.page.route("**/*", lambda route: route.fulfill(status=404, body="<img src=/missing.png>"))
            await phone.page.goto(PAGE, wait_until="networkidle")
            await phone.page.set_content("<img src='http://127.0.0.1:9/missing.png'>", wait_until="networkidle")
            assert phone.faults == ["http://127.0.0.1:9/missing.png was answered with 404"]

    @pytest.mark.parametrize(
        ("body", "fault"),
        [
            ("<p style='color:#ccc'>Pale</p>", "color-contrast"),
            (
                "<style>@media(prefers-color-scheme:dark){main{background:#111}}</style>",
                "In dark.*color-contrast",
            ),
            ("<input>", "label"),
            ("<div style='width:500px'>Wide</div>", "The page is 5"),
        ],
    )
    async def test_refuses_what_some_cannot_read_or_reach(self, browser: Browser, body: str, fault: str):
        async with browser.phone() as phone:
            await phone.page.set_content(PLAIN.format(body))
            with pytest.raises(AssertionError, match=f"(?s){fault}"):
                await phone.is_accessible()

    async def test_runs_no_script_when_it_has_none(self, browser: Browser):
        async with browser.phone(has_scripts=False) as phone:
            await phone.page.set_content("<script>document.write('Written')</script><noscript>None</noscript>")
            assert await phone.page.inner_text("body") == "None"
