import pytest

from duro.billing_worker import Settings
from duro.kernel import InvalidInputError

WHOLE = {
    "DURO_PROFILE": "development",
    "DURO_TEST_DATABASE_URL": "postgresql://duro_test@/duro?host=/run/duro",
    "DURO_LIVE_DATABASE_URL": "postgresql://duro_live@/duro?host=/run/duro",
    "DURO_SWEEP_DATABASE_URL": "postgresql://duro_sweep@/duro?host=/run/duro",
    "DURO_REDIS_URL": "unix:///run/duro/valkey.sock?db=0",
    "DURO_GATEWAY_URL": "http://127.0.0.1:8410",
}


class TestSettings:
    def test_have_the_documented_defaults(self):
        settings = Settings.from_environment(WHOLE)
        assert settings.is_development
        assert (settings.scan_seconds, settings.pending_seconds, settings.incomplete_seconds) == (60, 15, 600)
        assert (settings.lease_seconds, settings.gateway_timeout_seconds) == (60, 10)
        assert (settings.concurrency, settings.health_port) == (50, 8402)
        assert (settings.messages_seconds, settings.reminders_seconds) == (15, 3_600)
        assert (settings.post.smtp, settings.post.whatsapp, settings.post.is_test_sent) == (None, None, False)

    def test_are_those_of_production_unless_told_otherwise(self):
        key = "k" * 32
        settings = Settings.from_environment({**WHOLE, "DURO_PROFILE": "", "DURO_PERSON_KEY": key})
        assert not settings.is_development
        assert settings.post.person_keys.secret == key.encode()

    def test_of_production_need_a_key_for_links_where_there_are_links(self):
        given = {**WHOLE, "DURO_PROFILE": "", "DURO_PERSON_KEY": "k" * 32, "DURO_LINK_BASE": "https://pay.example.com/"}
        with pytest.raises(InvalidInputError) as caught:
            Settings.from_environment(given)
        assert [fault.path for fault in caught.value.faults] == ["DURO_LINK_KEY"]
        settings = Settings.from_environment({**given, "DURO_LINK_KEY": f"{'n' * 32}, {'o' * 32}"})
        assert settings.post.link_keys == (b"n" * 32, b"o" * 32)

    def test_take_what_they_are_told(self):
        settings = Settings.from_environment({**WHOLE, "DURO_WORKER_CONCURRENCY": "7", "DURO_SCAN_SECONDS": "5"})
        assert (settings.concurrency, settings.scan_seconds) == (7, 5)

    def test_name_every_fault_at_once(self):
        with pytest.raises(InvalidInputError) as caught:
            Settings.from_environment({"DURO_PROFILE": "staging", "DURO_SCAN_SECONDS": "0", "DURO_LEASE_SECONDS": "x"})
        assert {fault.path for fault in caught.value.faults} == {
            "DURO_PROFILE",
            "DURO_TEST_DATABASE_URL",
            "DURO_LIVE_DATABASE_URL",
            "DURO_SWEEP_DATABASE_URL",
            "DURO_REDIS_URL",
            "DURO_GATEWAY_URL",
            "DURO_SCAN_SECONDS",
            "DURO_LEASE_SECONDS",
            "DURO_PERSON_KEY",
        }

    def test_refuse_a_lease_too_short_for_a_charge_to_be_sent(self):
        with pytest.raises(InvalidInputError) as caught:
            Settings.from_environment({**WHOLE, "DURO_LEASE_SECONDS": "29"})
        assert [fault.path for fault in caught.value.faults] == ["DURO_LEASE_SECONDS"]
        assert Settings.from_environment({**WHOLE, "DURO_LEASE_SECONDS": "30"}).lease_seconds == 30

    def test_read_the_servers_that_messages_leave_by(self):
        post = Settings.from_environment(
            {
                **WHOLE,
                "DURO_SMTP_HOST": "mail.example.com",
                "DURO_MAIL_FROM": "billing@example.com",
                "DURO_LINK_BASE": "https://pay.example.com/",
                "DURO_TEST_MESSAGES": "send",
            }
        ).post
        assert post.smtp is not None
        assert (post.smtp.host, post.sender, post.link_base) == (
            "mail.example.com",
            "billing@example.com",
            "https://pay.example.com/",
        )
        assert (post.whatsapp, post.is_test_sent) == (None, True)

    def test_take_on_no_more_messages_than_their_servers_take_at_once(self):
        mail = {"DURO_SMTP_HOST": "mail.example.com", "DURO_MAIL_FROM": "b@example.com", "DURO_SMTP_CONNECTIONS": "3"}
        phone = {
            "DURO_WHATSAPP_PHONE_NUMBER_ID": "1",
            "DURO_WHATSAPP_TOKEN": "token",
            "DURO_WHATSAPP_APP_SECRET": "secret",
            "DURO_WHATSAPP_VERIFY_TOKEN": "verify",
            "DURO_WHATSAPP_CONNECTIONS": "4",
        }
        found = [Settings.from_environment(WHOLE | given).post.at_once for given in ({}, mail, phone, mail | phone)]
        assert found == [None, 3, 4, 7]

    @pytest.mark.parametrize(
        ("faulty", "path"),
        [
            ({"DURO_SMTP_HOST": "mail.example.com"}, "DURO_MAIL_FROM"),
            ({"DURO_MAIL_FROM": "nobody"}, "DURO_MAIL_FROM"),
            ({"DURO_LINK_BASE": "https://pay.example.com"}, "DURO_LINK_BASE"),
            ({"DURO_LINK_BASE": "javascript:alert(1)/"}, "DURO_LINK_BASE"),
            ({"DURO_TEST_MESSAGES": "yes"}, "DURO_TEST_MESSAGES"),
            ({"DURO_PERSON_KEY": "short"}, "DURO_PERSON_KEY"),
            ({"DURO_LINK_KEY": f"{'k' * 32}, short"}, "DURO_LINK_KEY"),
        ],
    )
    def test_refuse_what_no_message_could_leave_by(self, faulty, path):
        with pytest.raises(InvalidInputError) as caught:
            Settings.from_environment({**WHOLE, **faulty})
        assert [fault.path for fault in caught.value.faults] == [path]
