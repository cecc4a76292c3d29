import pytest

from duro.kernel import Environment, InvalidInputError
from duro.whatsapp import CloudApiSettings

GIVEN = {
    "DURO_WHATSAPP_PHONE_NUMBER_ID": "106540352242922",
    "DURO_WHATSAPP_TOKEN": "t",
    "DURO_WHATSAPP_APP_SECRET": "s",
    "DURO_WHATSAPP_VERIFY_TOKEN": "v",
}


class TestCloudApiSettings:
    def test_name_metas_own_address_unless_told_another(self):
        read = Environment(GIVEN)
        assert CloudApiSettings.read(read).base_url == "https://graph.facebook.com/v26.0"
        read.require_sound()

    def test_take_a_simulator_while_developing(self):
        read = Environment({**GIVEN, "DURO_WHATSAPP_URL": "http://127.0.0.1:1/v26.0/", "DURO_PROFILE": "development"})
        assert CloudApiSettings.read(read).base_url == "http://127.0.0.1:1/v26.0"
        read.require_sound()

    @pytest.mark.parametrize(
        ("given", "faulty"),
        [
            ({**GIVEN, "DURO_WHATSAPP_URL": "http://127.0.0.1:1"}, {"DURO_WHATSAPP_URL"}),
            (
                {**GIVEN, "DURO_WHATSAPP_URL": "ftp://a", "DURO_PROFILE": "development"},
                {"DURO_WHATSAPP_URL"},
            ),
            ({**GIVEN, "DURO_WHATSAPP_PHONE_NUMBER_ID": "+234"}, {"DURO_WHATSAPP_PHONE_NUMBER_ID"}),
            ({}, set(GIVEN)),
        ],
    )
    def test_leave_every_fault_with_the_environment(self, given, faulty):
        read = Environment(given)
        CloudApiSettings.read(read)
        with pytest.raises(InvalidInputError) as refusal:
            read.require_sound()
        assert {fault.path for fault in refusal.value.faults} == faulty
