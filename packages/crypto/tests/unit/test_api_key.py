from hashlib import sha256

import pytest

from duro.crypto import ApiKeySecret, MalformedApiKeyError
from duro.kernel import Mode


class TestApiKeySecret:
    @pytest.mark.parametrize("mode", list(Mode))
    def test_reads_back_what_it_minted(self, mode: Mode):
        minted = ApiKeySecret.mint(mode)
        assert ApiKeySecret.parse(minted.text) == minted
        assert minted.mode is mode

    def test_carries_256_random_bits(self):
        minted = {ApiKeySecret.mint(Mode.TEST).text for _ in range(100)}
        assert len(minted) == 100
        assert {len(text) for text in minted} == {len("sk_test_") + 52}

    def test_is_kept_as_the_sha256_of_its_text(self):
        secret = ApiKeySecret.mint(Mode.LIVE)
        assert secret.digest == sha256(secret.text.encode()).digest()

    def test_is_recognised_by_prefix_and_last_four(self):
        secret = ApiKeySecret.mint(Mode.LIVE)
        assert secret.hint == "sk_live_…" + secret.text[-4:]

    def test_never_shows_itself_in_a_log(self):
        secret = ApiKeySecret.mint(Mode.TEST)
        assert secret.text not in repr(secret)
        assert secret.text[-20:] not in repr(secret)

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "sk_test_",
            "sk_prod_" + "a" * 52,
            "pk_test_" + "a" * 52,
            "sk_test_" + "a" * 51,
            "sk_test_" + "a" * 53,
            "sk_test_" + "a" * 52 + "\n",
            "sk_test_" + "A" * 52,
            "sk_test_" + "1" * 52,
            "sk_test_" + "ä" * 52,
            "sk_test_" + "\0" * 52,
            " sk_test_" + "a" * 52,
        ],
    )
    def test_refuses_any_other_text_without_repeating_it(self, text: str):
        with pytest.raises(MalformedApiKeyError) as refused:
            ApiKeySecret.parse(text)
        assert "a" * 20 not in str(refused.value)
