from duro.http_kit.fields import InstantField, NameField, TestClockIdField
from duro.http_kit.inputs import Input, PageSection, Section
from duro.merchant_api.test_clocks import AdvanceTestClockCommand, CreateTestClockCommand


class CreateTestClockBody(Section):
    """A new test clock; without `now` it stands at the real time."""

    name: NameField = "Test clock"
    now: InstantField | None = None

    def command(self) -> CreateTestClockCommand:
        return CreateTestClockCommand(name=self.name, now=self.now)


class AdvanceTestClockBody(Section):
    """Where to: never back."""

    to: InstantField


class TestClockPath(Section):
    """Which test clock."""

    clock_id: TestClockIdField


class CreateTestClockInput(Input):
    """Reads POST /v1/test-clocks."""

    body: CreateTestClockBody


class TestClockInput(Input):
    """Reads a request about one test clock."""

    path: TestClockPath


class ListTestClocksInput(Input):
    """Reads GET /v1/test-clocks."""

    query: PageSection


class AdvanceTestClockInput(Input):
    """Reads POST /v1/test-clocks/{clockId}/advance."""

    path: TestClockPath
    body: AdvanceTestClockBody

    def command(self) -> AdvanceTestClockCommand:
        return AdvanceTestClockCommand(clock_id=self.path.clock_id, to=self.body.to)
