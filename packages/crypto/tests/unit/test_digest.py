from hashlib import sha256

from duro.crypto import Digest


class TestDigest:
    def test_of_nothing_is_the_sha256_of_nothing(self):
        assert Digest.of() == sha256(b"").digest()

    def test_writes_eight_bytes_of_length_before_each_part(self):
        assert Digest.of(b"ab", b"") == sha256(b"\0\0\0\0\0\0\0\x02ab" + b"\0" * 8).digest()
