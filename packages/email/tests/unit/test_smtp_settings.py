import pytest

from duro.email import SmtpSecurity, SmtpSettings
from duro.kernel import Environment, InvalidInputError


class TestSmtpSettings:
    @pytest.mark.parametrize(("security", "port"), [("starttls", 587), ("tls", 465), ("plain", 25)])
    def test_know_the_usual_port(self, security, port):
        read = Environment({"DURO_SMTP_HOST": "mail.example", "DURO_SMTP_SECURITY": security})
        settings = SmtpSettings.read(read)
        read.require_sound()
        assert (settings.security, settings.port) == (SmtpSecurity(security), port)

    def test_hide_the_password(self):
        read = Environment(
            {"DURO_SMTP_HOST": "mail.example", "DURO_SMTP_USERNAME": "u", "DURO_SMTP_PASSWORD": "hidden"}
        )
        assert "hidden" not in repr(SmtpSettings.read(read))
        read.require_sound()

    @pytest.mark.parametrize(
        ("given", "faulty"),
        [
            ({}, ["DURO_SMTP_HOST"]),
            ({"DURO_SMTP_HOST": "m", "DURO_SMTP_USERNAME": "u"}, ["DURO_SMTP_PASSWORD"]),
            (
                {"DURO_SMTP_PORT": "0", "DURO_SMTP_TIMEOUT_SECONDS": "-1"},
                ["DURO_SMTP_HOST", "DURO_SMTP_PORT", "DURO_SMTP_TIMEOUT_SECONDS"],
            ),
            (
                {
                    "DURO_SMTP_HOST": "m",
                    "DURO_SMTP_USERNAME": "u",
                    "DURO_SMTP_PASSWORD": "p",
                    "DURO_SMTP_SECURITY": "plain",
                },
                ["DURO_SMTP_SECURITY"],
            ),
            ({"DURO_SMTP_HOST": "m", "DURO_SMTP_SECURITY": "ssl"}, ["DURO_SMTP_SECURITY"]),
        ],
    )
    def test_leave_every_fault_with_the_environment(self, given, faulty):
        read = Environment(given)
        SmtpSettings.read(read)
        with pytest.raises(InvalidInputError) as refusal:
            read.require_sound()
        assert [fault.path for fault in refusal.value.faults] == faulty
