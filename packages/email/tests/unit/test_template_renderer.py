import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from duro.billing.messages import MergeTags, MessageKind
from duro.email import LinkRule, TemplateOverride, TemplateRenderer
from duro.kernel import InvalidInputError, NotFoundError

RENDERER = TemplateRenderer(LinkRule())
TAGS = MergeTags(
    store_name="Ada's Kitchen",
    customer_name="Ngozi",
    plan_name="Gold",
    amount="₦5,000.00",
    invoice_id="inv_1",
    next_attempt="28 March 2027 at 10:00",
    reason="There wasn't enough money.",
    update_link="https://pay.example/update?a=1&b=2",
    pay_link="https://pay.example/pay?a=1&b=2",
)
OVERRIDE = TemplateOverride(
    subject="{{ store_name }}: please pay",
    html="<p>Dear {{ customer_name }}, <a href='{{ pay_link }}'>pay {{ amount }}</a></p>",
    text="Dear {{ customer_name }}, pay {{ amount }}: {{ pay_link }}",
)


class Reading(HTMLParser):
    """What a mail program would show, follow and load."""

    VOID = frozenset("br hr img meta link input".split())

    def __init__(self, html) -> None:
        super().__init__()
        self.links, self.elements, self.open, self.words = [], set(), [], []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.add(tag)
        self.links += [value for name, value in attrs if name in {"href", "src"}]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert tag in self.VOID or self.open.pop() == tag

    def handle_data(self, data):
        if not {"style", "script", "title"} & set(self.open):
            self.words.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())


class TestDefaultTemplates:
    def test_are_those_of_the_product_and_two_that_payers_must_have(self):
        names = (
            "receipt renewal_reminder dunning_1 dunning_2 dunning_3 dunning_4 payment_recovered card_expiring "
            "trial_ending welcome kyc_submitted kyc_approved kyc_refused authentication_link cancellation"
        )
        assert {kind.value for kind in RENDERER.templates} == set(names.split())

    @pytest.mark.parametrize("kind", RENDERER.templates)
    def test_say_the_same_as_html_and_as_text(self, kind):
        email = RENDERER.render(kind, TAGS)
        reading = Reading(email.html)
        assert not reading.open
        paragraphs = [line for line in email.text.split("\n\n") if "https://" not in line and not line.startswith("--")]
        assert len(paragraphs) >= 2
        assert all(paragraph in reading.text for paragraph in paragraphs)
        assert set(reading.links) == set(re.findall(r"https://\S+", email.text))

    @pytest.mark.parametrize("kind", RENDERER.templates)
    def test_are_one_column_that_needs_no_images_and_reaches_out_to_nobody(self, kind):
        email = RENDERER.render(kind, TAGS)
        reading = Reading(email.html)
        assert not reading.elements & {"img", "script", "link", "iframe", "form"}
        assert not re.search(r"url\(|@import", email.html)
        assert "prefers-color-scheme: dark" in email.html
        assert 'name="color-scheme" content="light dark"' in email.html
        assert 'name="viewport"' in email.html
        assert len(email.html) < 40_000

    @pytest.mark.parametrize("kind", RENDERER.templates)
    def test_begin_with_a_preheader_that_is_not_shown(self, kind):
        body = RENDERER.render(kind, TAGS).html.partition("<body")[2]
        hidden = re.search(r'<div style="display:none[^"]*">([^<]+)</div>', body)
        assert hidden
        assert body.index(hidden[0]) < 200

    @pytest.mark.parametrize("kind", RENDERER.templates)
    def test_leave_no_gap_where_a_tag_is_not_known(self, kind):
        email = RENDERER.render(kind, MergeTags(store_name="Ada's Kitchen"))
        assert not re.search(r" [.,:;!?]|\(\)|  |{{|{%|None", email.text + email.subject)
        assert not Reading(email.html).links
        assert email.subject
        assert len(email.subject) < 80

    @pytest.mark.parametrize("kind", RENDERER.templates)
    def test_escape_every_value_in_html(self, kind):
        hostile = '"><script>alert(1)</script>{{ 7*7 }}&'
        tags = MergeTags(**dict.fromkeys(MergeTags.names(), hostile) | {"update_link": "", "pay_link": ""})
        email = RENDERER.render(kind, tags)
        assert "<script" not in email.html
        assert "{{ 7*7 }}" in Reading(email.html).text
        assert hostile in email.text

    @pytest.mark.parametrize("kind", RENDERER.templates)
    def test_use_the_words_that_payers_use(self, kind):
        email = RENDERER.render(kind, TAGS)
        assert not re.search(r"dunning|mandate|lost|stolen|fraud", email.subject + email.text, re.IGNORECASE)

    def test_exist_for_no_other_kind(self):
        with pytest.raises(NotFoundError):
            RENDERER.render(MessageKind.ONE_TIME_CODE, TAGS)


class TestTemplateRenderer:
    def test_puts_the_merchants_words_in_place_of_ours(self):
        email = RENDERER.render(MessageKind.DUNNING_1, replace(TAGS, customer_name="Ngozi <b>"), OVERRIDE)
        assert email.subject == "Ada's Kitchen: please pay"
        link = "https://pay.example/pay?a=1&amp;b=2"
        assert email.html == f"<p>Dear Ngozi &lt;b&gt;, <a href='{link}'>pay ₦5,000.00</a></p>"
        assert email.text == "Dear Ngozi <b>, pay ₦5,000.00: https://pay.example/pay?a=1&b=2"

    def test_falls_back_on_ours_if_theirs_name_a_tag_that_is_not_known(self):
        tags = replace(TAGS, amount="")
        assert RENDERER.render(MessageKind.DUNNING_1, tags, OVERRIDE) == RENDERER.render(MessageKind.DUNNING_1, tags)

    def test_falls_back_on_ours_if_theirs_are_not_sound(self):
        broken = replace(OVERRIDE, text="{% for x in y %}")
        assert RENDERER.render(MessageKind.DUNNING_1, TAGS, broken) == RENDERER.render(MessageKind.DUNNING_1, TAGS)

    @pytest.mark.parametrize(
        "link",
        ["http://pay.example/x", "javascript:alert(1)", "pay.example", "https://", "https://a b", "https://a/'x"],
    )
    def test_sends_nobody_to_a_link_that_is_not_https(self, link):
        with pytest.raises(InvalidInputError) as refusal:
            RENDERER.render(MessageKind.DUNNING_1, replace(TAGS, pay_link=link, update_link=link))
        assert [fault.path for fault in refusal.value.faults] == ["update_link", "pay_link"]

    def test_sends_people_to_http_while_developing(self):
        tags = replace(TAGS, pay_link="http://127.0.0.1:8401/pay")
        email = TemplateRenderer(LinkRule(is_development=True)).render(MessageKind.DUNNING_1, tags)
        assert "http://127.0.0.1:8401/pay" in Reading(email.html).links
