import os
import socket
import stat
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from duro.cli.folder_lock import FolderInUseError, FolderLock
from duro.cli.home import Home
from duro.cli.ports import HostUnusableError, PortNotANumberError, PortPlan, PortTakenError
from duro.cli.running_file import RunningFile
from duro.cli.secrets_file import Secrets, SecretsUnreadableError


class TestFolderLock:
    def test_is_had_by_one_at_a_time(self, tmp_path):
        lock = FolderLock.take(tmp_path / "lock")
        with pytest.raises(FolderInUseError, match=f"pid {os.getpid()}"):
            FolderLock.take(tmp_path / "lock")
        assert FolderLock.is_held(tmp_path / "lock")
        lock.release()
        FolderLock.take(tmp_path / "lock").release()
        assert not FolderLock.is_held(tmp_path / "lock")

    def test_is_not_held_where_nothing_is(self, tmp_path):
        assert not FolderLock.is_held(tmp_path / "lock")


class TestHome:
    def test_is_the_repository_above_the_current_folder(self, tmp_path):
        (tmp_path / "packages" / "x").mkdir(parents=True)
        (tmp_path / "requirements.lock").write_text("")
        home = Home.find({}, start=tmp_path / "packages" / "x", installed_at=Path("/nowhere/x"))
        assert (home.root, home.folder) == (tmp_path, tmp_path / ".duro")

    def test_is_moved_by_the_environment(self, tmp_path):
        home = Home.find({"DURO_HOME": str(tmp_path / "data")}, start=tmp_path, installed_at=Path("/nowhere/x"))
        assert home.folder == tmp_path / "data"

    def test_keeps_logs_to_its_owner_and_lets_servers_pass(self, tmp_path):
        home = Home(root=tmp_path, folder=tmp_path / "data")
        home.prepare()
        assert stat.S_IMODE(home.folder.stat().st_mode) == 0o711
        assert stat.S_IMODE(home.logs.stat().st_mode) == 0o700


class TestSecrets:
    def test_remembers_what_it_made_once(self, tmp_path):
        path = tmp_path / "secrets"
        made = Secrets.read(path).with_passwords_for("a", "b").with_demo_api_key("sk")
        made.write(path)
        assert Secrets.read(path).with_passwords_for("a", "b") == made

    def test_has_one_thing_to_sign_notices_and_one_to_sign_links_with_also_where_an_older_file_has_none(self, tmp_path):
        path = tmp_path / "secrets"
        path.write_text('{"role_passwords": {}, "demo_api_key": "sk"}')
        made = Secrets.read(path).with_gateway_webhook_secret().with_link_key()
        made.write(path)
        assert len(made.gateway_webhook_secret) >= 32
        assert len(made.link_key) >= 32
        assert made.link_key != made.gateway_webhook_secret
        assert Secrets.read(path).with_gateway_webhook_secret().with_link_key() == made

    def test_has_one_thing_to_tell_cards_apart_with_also_where_an_older_file_has_none(self, tmp_path):
        path = tmp_path / "secrets"
        path.write_text('{"role_passwords": {}, "demo_api_key": "sk", "link_key": "l"}')
        made = Secrets.read(path).with_card_key()
        made.write(path)
        assert len(made.card_key) >= 32
        assert Secrets.read(path).with_card_key() == made

    def test_is_readable_by_its_owner_alone(self, tmp_path):
        Secrets().write(tmp_path / "secrets")
        assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o600

    def test_does_not_make_new_ones_over_a_damaged_file(self, tmp_path):
        (tmp_path / "secrets").write_text("{")
        with pytest.raises(SecretsUnreadableError):
            Secrets.read(tmp_path / "secrets")


class TestRunningFile:
    def test_is_read_as_it_was_written(self, tmp_path):
        running = RunningFile(pid=1, database_url="d", redis_url="r", gateway_url="g", api_url="a")
        running.write(tmp_path / "running.json")
        assert RunningFile.read(tmp_path / "running.json") == running

    @pytest.mark.parametrize("text", ["", "[]", "{}", '{"pid": "x"}'])
    def test_is_nothing_when_it_is_not_whole(self, tmp_path, text):
        (tmp_path / "running.json").write_text(text)
        assert RunningFile.read(tmp_path / "running.json") is None


class TestPortPlan:
    def busy(self):
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        return listener

    def test_refuses_a_port_asked_for_that_is_in_use(self):
        with self.busy() as listener:
            port = listener.getsockname()[1]
            with pytest.raises(PortTakenError, match=f"Port {port} for the public API"):
                PortPlan.choose({"DURO_PUBLIC_API_PORT": str(port)})

    @pytest.mark.parametrize("text", ["x", "0", "65536", "-1"])
    def test_refuses_what_is_no_port(self, text):
        with pytest.raises(PortNotANumberError):
            PortPlan.choose({"DURO_GATEWAY_PORT": text})

    def test_refuses_an_address_that_this_machine_does_not_have(self):
        with pytest.raises(HostUnusableError, match=r"203\.0\.113\.1"):
            PortPlan.choose({"DURO_PUBLIC_API_HOST": "203.0.113.1"})

    def test_is_reached_by_the_loopback_when_the_api_listens_everywhere(self):
        plan = PortPlan.choose({"DURO_PUBLIC_API_HOST": str(IPv4Address(0))})
        assert plan.reachable_host == "127.0.0.1"

    def test_moves_on_from_a_usual_port_in_use(self):
        usual = PortPlan.choose({})
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", usual.public_api))
            listener.listen()
            moved = PortPlan.choose({})
        assert moved.public_api > usual.public_api
        assert len({moved.public_api, moved.worker_health, moved.gateway}) == 3
        assert any("the public API takes" in line for line in moved.moved)
