import pytest

from duro.billing.messages import Channel, Reach


class TestReach:
    @pytest.mark.parametrize(
        ("reach", "channels"),
        [
            (Reach(email="a@b.ng", phone="+2348031234567", has_whatsapp_consent=True), ["whatsapp", "email"]),
            (Reach(email="a@b.ng", phone="+2348031234567"), ["email"]),
            (Reach(email="a@b.ng", has_whatsapp_consent=True), ["email"]),
            (Reach(email="a@b.ng", phone="", has_whatsapp_consent=True), ["email"]),
            (Reach(email=None, phone="+2348031234567", has_whatsapp_consent=True), ["whatsapp"]),
            (Reach(email=None), []),
        ],
    )
    def test_takes_whatsapp_where_there_is_consent_and_a_phone_and_email_otherwise(self, reach, channels):
        assert reach.channels == tuple(Channel(channel) for channel in channels)
