import re
from pathlib import Path

from duro.billing.messages import MergeTags
from duro.email import LinkRule, TemplateRenderer

PAGE = (Path(__file__).parents[4] / "docs" / "reference" / "messages.md").read_text(encoding="utf-8")


class TestMessagesPage:
    def test_lists_every_template_and_when_it_leaves(self):
        listed = re.findall(r"^\| `(\w+)` \| [^|]+ \| (?:payer|merchant) \| ([^|]+) \|", PAGE, re.MULTILINE)
        expected = [(kind.value, self._leaves(kind)) for kind in TemplateRenderer(LinkRule()).templates]
        assert sorted(listed) == sorted(expected)

    def test_lists_every_merge_tag(self):
        assert re.findall(r"^\| `\{\{ (\w+) \}\}`", PAGE, re.MULTILINE) == list(MergeTags.names())

    @staticmethod
    def _leaves(kind) -> str:
        if kind.is_nudge:
            return "by day, at most one a day per person"
        return "at once" if kind.leaves_at_once else "by day"
