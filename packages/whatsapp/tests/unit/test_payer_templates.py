import re
from dataclasses import replace

import pytest

from duro.billing.messages import MergeTags, MessageKind
from duro.whatsapp import PayerTemplates

TEMPLATES = PayerTemplates(link_base="https://pay.example/")
TAGS = MergeTags(
    store_name="Ada's Kitchen",
    customer_name="Ngozi",
    plan_name="Gold",
    amount="₦5,000.00",
    next_attempt="28 March 2027 at 10:00",
    reason="There wasn't enough money.",
    update_link="https://pay.example/u/1",
    pay_link="https://pay.example/p/1",
)


class TestPayerTemplates:
    @pytest.mark.parametrize("kind", TEMPLATES.templates)
    def test_fill_every_place_of_an_approved_template(self, kind):
        template = TEMPLATES.templates[kind]
        message = TEMPLATES.message(kind, TAGS, reference="r", to="+2348031234567")
        assert re.findall(r"\{\{(\d+)\}\}", template.words) == [str(n + 1) for n in range(len(message.body))]
        assert message.template == f"duro_{kind.value}"
        assert message.body == tuple(TAGS.words[tag] for tag in template.tags)
        assert message.button == {None: None, "pay_link": "p/1", "update_link": "u/1"}[template.button_tag]

    @pytest.mark.parametrize("kind", TEMPLATES.templates)
    def test_hold_to_what_meta_approves(self, kind):
        template = TEMPLATES.templates[kind]
        assert not template.words.startswith("{{")
        assert not template.words.endswith("}}")
        assert len(template.words) <= 1_024
        assert len(template.button_label or "") <= 25
        assert not re.search(r"offer|discount|lost|stolen|fraud|dunning|mandate", template.words, re.IGNORECASE)
        assert set(template.tags) <= set(MergeTags.names())

    def test_find_a_word_for_a_name_that_is_not_known(self):
        unnamed = replace(TAGS, customer_name="", plan_name="", reason="")
        message = TEMPLATES.message(MessageKind.DUNNING_1, unnamed, reference="r", to="+2348031234567")
        assert message.body == ("there", "₦5,000.00", "Ada's Kitchen", "your subscription", "The reason wasn't given.")

    @pytest.mark.parametrize(
        ("kind", "tags"),
        [
            (MessageKind.WELCOME, TAGS),
            (MessageKind.KYC_REFUSED, TAGS),
            (MessageKind.DUNNING_1, replace(TAGS, amount="")),
            (MessageKind.DUNNING_1, replace(TAGS, pay_link="")),
            (MessageKind.DUNNING_1, replace(TAGS, pay_link="https://elsewhere.example/p/1")),
            (MessageKind.DUNNING_1, replace(TAGS, pay_link="https://pay.example/")),
        ],
    )
    def test_leave_to_another_channel_what_they_can_not_tell(self, kind, tags):
        assert TEMPLATES.message(kind, tags, reference="r", to="+2348031234567") is None
