"""How a Chromium is come by, with stand-ins for apt and dpkg: the real ones serve the tests in a browser."""

import asyncio
import os
import shutil
from pathlib import Path

import pytest

from duro.testkit.chromium_missing import ChromiumMissingError
from duro.testkit.chromium_program import ChromiumProgram
from duro.testkit.unpacked_chromium import UnpackedChromium

APT = """
echo "$4" >>{log}
[ "$4" = install ] || exit 0
for folder in {home}/*/archives; do touch $folder/chromium.deb; done
"""
DPKG = """
folder=$3/usr/lib/chromium
mkdir -p $folder $3/usr/lib/x86_64-linux-gnu && touch $3/usr/lib/x86_64-linux-gnu/libnss3.so
printf '#!/bin/sh\\necho Chromium 156' >$folder/chromium-headless-shell && chmod +x $folder/chromium-headless-shell
"""


class Machine:
    """A machine whose PATH holds what a test puts there, before the shell's own words."""

    def __init__(self, folder: Path) -> None:
        self.programs = folder / "bin"
        self.home = folder / "home"
        self.log = folder / "log"
        self.programs.mkdir()
        self.home.mkdir()

    def has(self, name: str, script: str) -> None:
        program = self.programs / name
        program.write_text(f"#!/bin/sh\n{script}")
        program.chmod(0o755)

    def has_debian(self) -> None:
        self.has("apt-get", APT.format(log=self.log, home=self.home))
        self.has("dpkg-deb", DPKG)

    def asked_apt_for(self) -> list[str]:
        return self.log.read_text().split()


@pytest.fixture
def machine(tmp_path, monkeypatch):
    machine = Machine(tmp_path)
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("sh", "mkdir", "touch", "chmod", "printf"):
        (tools / name).symlink_to(shutil.which(name))
    monkeypatch.setenv("PATH", f"{machine.programs}:{tools}")
    return machine


class TestAChromiumOnThePath:
    async def test_is_the_first_that_starts(self, machine: Machine):
        machine.has("chromium", "exit 0")
        machine.has("google-chrome", "exit 0")
        assert await ChromiumProgram.on_path() == ChromiumProgram(machine.programs / "chromium")

    async def test_is_passed_over_when_it_only_tells_how_to_get_one(self, machine: Machine):
        machine.has("chromium-browser", "exit 1")
        assert await ChromiumProgram.on_path() is None


class TestAnUnpackedChromium:
    async def test_is_fetched_once_and_finds_the_libraries_that_came_with_it(self, machine: Machine):
        machine.has_debian()
        first = await UnpackedChromium(machine.home).program()
        assert await UnpackedChromium(machine.home).program() == first
        assert machine.asked_apt_for() == ["update", "install"]
        assert first.path == machine.home / "root/usr/lib/chromium/chromium-headless-shell"
        assert first.environment["LD_LIBRARY_PATH"] == str(machine.home / "root/usr/lib/x86_64-linux-gnu")

    async def test_is_fetched_once_by_several_at_a_time(self, machine: Machine):
        machine.has_debian()
        await asyncio.gather(*(UnpackedChromium(machine.home).program() for _ in range(3)))
        assert machine.asked_apt_for() == ["update", "install"]

    async def test_is_fetched_again_when_it_no_longer_starts(self, machine: Machine):
        machine.has_debian()
        kept = await UnpackedChromium(machine.home).program()
        kept.path.write_text("#!/bin/sh\nexit 127")
        assert await (await UnpackedChromium(machine.home).program()).starts()
        assert machine.asked_apt_for() == ["update", "install"] * 2

    async def test_leaves_nothing_but_itself(self, machine: Machine):
        machine.has_debian()
        await UnpackedChromium(machine.home).program()
        assert sorted(place.name for place in machine.home.iterdir()) == ["lock", "root"]

    async def test_brings_fonts_where_there_are_none(self, machine: Machine):
        machine.has_debian()
        machine.has("dpkg-deb", f"{DPKG}\nmkdir -p $3/usr/share/fonts")
        program = await UnpackedChromium(machine.home).program()
        assert program.environment["FONTCONFIG_FILE"] == str(machine.home / "fonts.conf")
        assert f"<dir>{machine.home}/root/usr/share/fonts</dir>" in (machine.home / "fonts.conf").read_text()


class TestAChromiumThatCannotBeHad:
    async def test_is_named_with_what_to_install(self, machine: Machine):
        with pytest.raises(ChromiumMissingError, match=r"(?s)there is no apt-get here.*apt-get install chromium"):
            await UnpackedChromium(machine.home).program()

    async def test_is_told_in_the_words_of_apt(self, machine: Machine):
        machine.has("apt-get", "echo Unable to locate package; exit 100")
        with pytest.raises(ChromiumMissingError, match=r"update ended with 100:\nUnable to locate package"):
            await UnpackedChromium(machine.home).program()

    async def test_does_not_pass_for_one_when_it_doesnt_start(self, machine: Machine):
        machine.has_debian()
        machine.has("dpkg-deb", "exit 0")
        with pytest.raises(ChromiumMissingError, match="chromium-headless-shell doesn't start"):
            await UnpackedChromium(machine.home).program()


class TestTheFolderOfAnAccount:
    def test_stands_where_caches_do(self, tmp_path, monkeypatch):
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
        assert UnpackedChromium.of_this_account()._home == tmp_path / "caches/duro-chromium"

    def test_is_a_temporary_one_when_there_can_be_no_cache(self, tmp_path, monkeypatch):
        (tmp_path / "file").touch()
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
        monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
        assert UnpackedChromium.of_this_account()._home == tmp_path / f"duro-chromium-{os.geteuid()}"

    def test_is_never_somebody_elses(self, tmp_path, monkeypatch):
        (tmp_path / "elsewhere").mkdir()
        (tmp_path / f"duro-chromium-{os.geteuid()}").symlink_to(tmp_path / "elsewhere")
        (tmp_path / "file").touch()
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
        monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
        with pytest.raises(PermissionError):
            UnpackedChromium.of_this_account()
