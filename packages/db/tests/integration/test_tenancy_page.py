from pathlib import Path

from duro.kernel import Mode
from duro.testkit.page_examples import PageExamples

PAGE = Path(__file__).parents[4] / "docs" / "explanation" / "tenancy.md"


class TestThePageOfTenants:
    async def test_shows_examples_that_are_true(self, book):
        names = {
            "contexts": book.contexts[Mode.TEST],
            "live_contexts": book.contexts[Mode.LIVE],
            "pool": book.pools[Mode.TEST],
            "ada": await book.tenant(),
            "bola": await book.tenant("Bola Books"),
            "gold": book.plan(),
        }
        examples = PageExamples(PAGE)
        assert await examples.surprises(names) == []
        assert len(examples) == 5
