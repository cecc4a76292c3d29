from duro.testkit.phone import Phone
from journey import World


class TestTheReferenceOfTheApi:
    async def test_is_read_on_a_phone_and_asks_for_nothing_else(self, world: World, phone: Phone):
        await phone.page.goto(f"{world.api_url}/docs")
        await phone.page.wait_for_load_state("networkidle")
        await phone.page.get_by_role("heading", name="Start a subscription").wait_for()
        await phone.is_accessible()
        assert phone.requests == [f"GET {world.api_url}/docs"]
