from pathlib import Path

import pytest

from duro.whatsapp import PayerTemplates

PAGE = (Path(__file__).parents[4] / "docs" / "reference" / "messages.md").read_text(encoding="utf-8").splitlines()
TEMPLATES = PayerTemplates(link_base="https://pay.example/").templates


class TestMessagesPage:
    @pytest.mark.parametrize("kind", TEMPLATES)
    def test_lists_the_template_to_have_approved(self, kind):
        template = TEMPLATES[kind]
        places = ", ".join(f"`{tag}`" for tag in template.tags)
        button = f"{template.button_label}: `{template.button_tag}`" if template.button_tag else ""
        assert f"| `duro_{kind.value}` | {template.words} | {places} | {button} |" in PAGE

    def test_lists_no_other(self):
        assert sum(line.startswith("| `duro_") for line in PAGE) == len(TEMPLATES)
