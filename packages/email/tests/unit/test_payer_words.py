import csv
import re
from importlib.resources import files

import pytest

from duro.billing.messages import MergeTags, MessageKind
from duro.email import LinkRule, TemplateRenderer
from duro.payments import FailureCodes

RENDERER = TemplateRenderer(LinkRule())
NEVER = re.compile("lost|stolen|fraud", re.IGNORECASE)
CODES = FailureCodes.bundled()
with files("duro.payments").joinpath("failure_codes.csv").open(encoding="utf-8") as table:
    KEYS = [(row["provider"], row["code"]) for row in csv.DictReader(table)]
WORDS = {CODES.find(provider=provider, code=code).payer_words for provider, code in [*KEYS, ("nobody", "no such code")]}


class TestPayerWords:
    @pytest.mark.parametrize("kind", RENDERER.templates)
    def test_never_speak_of_loss_or_crime_whatever_the_code(self, kind):
        assert len(KEYS) > 300
        for words in WORDS:
            email = RENDERER.render(kind, MergeTags(store_name="Kitchen", customer_name="Ngozi", reason=words))
            assert not NEVER.search(f"{email.subject} {email.html} {email.text}"), words

    def test_are_in_the_message_that_asks_for_money(self):
        words = CODES.find(provider="simulated", code="51").payer_words
        email = RENDERER.render(MessageKind.DUNNING_1, MergeTags(store_name="Kitchen", reason=words))
        assert words in email.text

    @pytest.mark.parametrize("kind", RENDERER.templates)
    def test_speak_of_no_link_where_there_is_none(self, kind):
        for words in WORDS:
            email = RENDERER.render(kind, MergeTags(store_name="Kitchen", customer_name="Ngozi", reason=words))
            assert "link" not in email.text.casefold(), words

    def test_are_not_contradicted_by_what_follows_them(self):
        words = "This card can't be used for this payment. To pay now, dial *737*000*1#."
        paying = RENDERER.render(MessageKind.DUNNING_1, MergeTags(store_name="Kitchen", reason=words))
        without = RENDERER.render(MessageKind.DUNNING_1, MergeTags(store_name="Kitchen"))
        assert "To carry on" not in paying.text
        assert "To carry on as before, please pay another way." in without.text
