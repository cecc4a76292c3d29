from duro.billing.messages import MessageKind
from duro.crypto import Uuid7IdFactory
from duro.db.message_templates import LetterWords
from duro.email import LinkRule, TemplateRenderer
from duro.merchant_api.message_templates import (
    PutMessageTemplate,
    PutMessageTemplateCommand,
    RemoveMessageTemplate,
)
from duro.payments import Declined

NO_FUNDS = Declined("51", "Insufficient funds", None)
PHONE = "+2348031234567"
OWN = LetterWords(
    subject="{{ customer_name }}, please",
    html="<p>Dear <b>{{ customer_name }}</b>, pay {{ amount }} <a href='{{ pay_link }}'>here</a>.</p>",
    text="Dear {{ customer_name }}, pay {{ amount }} at {{ pay_link }}",
)


async def own_words(desk, kind=MessageKind.DUNNING_1, letter=OWN, whatsapp_template=None):
    ids = Uuid7IdFactory(desk.clock)
    act = PutMessageTemplate(desk.recovery.contexts, ids, desk.clock, TemplateRenderer(LinkRule()))
    command = PutMessageTemplateCommand(kind=kind, letter=letter, whatsapp_template=whatsapp_template)
    await act.execute(desk.tenant.id, command)


class TestAMerchantsOwnWords:
    async def test_are_what_the_payer_reads_with_values_that_stay_words(self, desk):
        await own_words(desk)
        subscription = await desk.asked(NO_FUNDS, name="<i>Ngozi</i> & sons")
        await desk.deliver()
        [letter], [message] = desk.sink.letters, await desk.messages(subscription)
        link = letter.text.strip().rpartition(" ")[2]
        assert desk.opened(link).subject == message.invoice_id
        assert letter.subject == "<i>Ngozi</i> & sons, please"
        assert "<b>&lt;i&gt;Ngozi&lt;/i&gt; &amp; sons</b>, pay ₦5,000.00" in letter.html
        assert f"href='{link}'" in letter.html
        assert letter.text.strip() == f"Dear <i>Ngozi</i> & sons, pay ₦5,000.00 at {link}"

    async def test_tell_their_own_kind_of_message_alone(self, desk):
        await own_words(desk, kind=MessageKind.DUNNING_2)
        await desk.asked(NO_FUNDS)
        await desk.deliver()
        [letter] = desk.sink.letters
        assert "please" not in letter.subject

    async def test_are_nobody_elses(self, desk):
        await own_words(desk)
        other = await desk.of_another_merchant()
        await other.asked(NO_FUNDS)
        await other.deliver()
        [letter] = desk.sink.letters
        assert "please" not in letter.subject

    async def test_give_way_to_the_usual_ones_where_a_tag_is_not_known(self, desk):
        await own_words(desk)
        await desk.asked(NO_FUNDS, name=None)
        await desk.deliver()
        [letter] = desk.sink.letters
        assert "please" not in letter.subject

    async def test_may_be_a_template_at_meta(self, desk):
        await own_words(desk, letter=None, whatsapp_template="adas_kitchen_dunning")
        await desk.asked(NO_FUNDS, phone=PHONE, has_whatsapp_consent=True)
        await desk.deliver()
        [message] = desk.whatsapp.messages
        assert message.template == "adas_kitchen_dunning"

    async def test_end_when_they_are_removed(self, desk):
        await own_words(desk)
        act = RemoveMessageTemplate(desk.recovery.contexts, Uuid7IdFactory(desk.clock))
        await act.execute(desk.tenant.id, MessageKind.DUNNING_1)
        await desk.asked(NO_FUNDS)
        await desk.deliver()
        [letter] = desk.sink.letters
        assert "please" not in letter.subject
