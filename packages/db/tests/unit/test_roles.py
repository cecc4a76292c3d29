import base64
import hashlib
import hmac

import pytest

from duro.db import RoleUrls
from duro.db.scram import ScramVerifier


class TestRoleUrls:
    def test_keep_a_socket_folder(self):
        urls = RoleUrls.derive("postgresql://duro_admin@/duro?host=/var/run/duro")
        assert urls.test == "postgresql://duro_test@/duro?host=/var/run/duro"
        assert urls.live == "postgresql://duro_live@/duro?host=/var/run/duro"
        assert urls.sweep == "postgresql://duro_sweep@/duro?host=/var/run/duro"

    def test_put_the_roles_password_in_and_leave_the_administrators_out(self):
        urls = RoleUrls.derive(
            "postgresql://admin:secret@db.example:5433/duro?sslmode=require&password=secret&user=admin",
            {"duro_live": "p@ss/word"},
        )
        assert urls.live == "postgresql://duro_live:p%40ss%2Fword@db.example:5433/duro?sslmode=require"
        assert urls.sweep == "postgresql://duro_sweep@db.example:5433/duro?sslmode=require"


class TestAScramVerifier:
    def test_proves_the_password_without_holding_it(self):
        text = ScramVerifier.of("s3cret").text
        head, keys = text.split("$", 1)[0], text.split("$")[1:]
        iterations, salt = keys[0].split(":")
        stored, server = keys[1].split(":")
        salted = hashlib.pbkdf2_hmac("sha256", b"s3cret", base64.b64decode(salt), int(iterations))
        client = hmac.digest(salted, b"Client Key", "sha256")
        assert head == "SCRAM-SHA-256"
        assert base64.b64decode(stored) == hashlib.sha256(client).digest()
        assert base64.b64decode(server) == hmac.digest(salted, b"Server Key", "sha256")
        assert "s3cret" not in text

    def test_is_salted_anew(self):
        assert ScramVerifier.of("s3cret") != ScramVerifier.of("s3cret")

    @pytest.mark.parametrize("password", ["", "naïve", "tab\t", "nul\x00"])
    def test_refuses_what_would_need_preparing(self, password):
        with pytest.raises(ValueError, match="printable ASCII"):
            ScramVerifier.of(password)
