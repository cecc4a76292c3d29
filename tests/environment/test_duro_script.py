import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "duro"

PYTHON = """#!/bin/sh
case "$*" in
*"-m pip"*install*)
    for last; do :; done
    echo "pip $last" >>"$LOG"
    case "$last" in *uv-requirement*) [ "$(head -n 1 "$last")" = "uv==1 --hash=sha256:00" ] || exit 3 ;; esac
    cp "$STUBS/uv" .venv/bin/uv
    cp "$STUBS/command" .venv/bin/duro ;;
*"-m pip"*) exit 0 ;;
*) exec "$REAL_PYTHON" "$@" ;;
esac
"""

UV = """#!/bin/sh
echo "uv $*" >>"$LOG"
echo "no cache: $UV_NO_CACHE" >>"$LOG"
case "$UV_FAILS $*" in yes*requirements.lock) exit 1 ;; esac
cp "$STUBS/command" .venv/bin/duro
"""

COMMAND = """#!/bin/sh
printf '<%s>' "$@"
"""


class Checkout:
    """A checkout with the real script, in which Python makes real environments and pip and uv only take notes."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "my checkout"
        self.stubs = folder / "stubs"
        self.notes = folder / "notes"
        (self.root / "packages/one").mkdir(parents=True)
        (self.root / "services/two").mkdir(parents=True)
        self.stubs.mkdir()
        shutil.copy(SCRIPT, self.root / "duro")
        for place in (".", "packages/one", "services/two"):
            (self.root / place / "pyproject.toml").write_text("")
        (self.root / "requirements.lock").write_text("ruff==1 --hash=sha256:11\nuv==1 --hash=sha256:00\n")
        for name, text in (("python3", PYTHON), ("uv", UV), ("command", COMMAND)):
            (self.stubs / name).write_text(text)
            (self.stubs / name).chmod(0o755)
        self.home = folder / "home"
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "DURO_PYTHON": str(self.stubs / "python3"),
            "REAL_PYTHON": sys.executable,
            "STUBS": str(self.stubs),
            "LOG": str(self.notes),
        }

    @property
    def stamp(self) -> Path:
        return self.root / ".venv/duro-stamp"

    def start(self, *words: str, **environment: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            ["./duro", *words],
            cwd=self.root,
            env=self.environment | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *words: str, **environment: str) -> tuple[int, str, str]:
        with self.start(*words, **environment) as process:
            out, err = process.communicate(timeout=60)
            return process.returncode, out, err

    def installs(self) -> int:
        return self.notes.read_text().count("--require-hashes -r requirements.lock") if self.notes.exists() else 0


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


class TestDuroScript:
    def test_makes_the_environment_and_runs_the_command_with_its_words(self, checkout: Checkout):
        status, out, _ = checkout.run("up", "two words", "")
        assert (status, out) == (0, "<up><two words><>")
        assert checkout.installs() == 1

    def test_installs_every_package_of_the_workspace_without_the_network(self, checkout: Checkout):
        checkout.run("up")
        [line] = [line for line in checkout.notes.read_text().splitlines() if "-e" in line.split()]
        assert {"--offline", "--no-deps", "--no-build-isolation", "./packages/one", "./services/two"} <= set(
            line.split()
        )

    def test_does_nothing_but_run_when_nothing_changed(self, checkout: Checkout):
        checkout.run("up")
        notes = checkout.notes.read_text()
        assert checkout.run("up", DURO_PYTHON="there-is-none") == (0, "<up>", "")
        assert checkout.notes.read_text() == notes

    @pytest.mark.parametrize("name", ["requirements.lock", "pyproject.toml", "packages/one/pyproject.toml", "duro"])
    def test_installs_again_when_a_description_changed(self, checkout: Checkout, name: str):
        checkout.run("up")
        with (checkout.root / name).open("a") as file:
            file.write("\n# changed\n")
        assert checkout.run("up")[:2] == (0, "<up>")
        assert checkout.installs() == 2

    def test_makes_it_anew_where_the_checkout_was_moved_to(self, checkout: Checkout):
        checkout.run("up")
        checkout.root = checkout.root.rename(checkout.root.with_name("moved"))
        assert checkout.run("up")[:2] == (0, "<up>")
        assert checkout.installs() == 2

    def test_begins_from_nothing_after_an_interruption(self, checkout: Checkout):
        checkout.run("up")
        checkout.stamp.write_text("incomplete\n")
        leftover = checkout.root / ".venv/half-installed"
        leftover.touch()
        assert checkout.run("up")[:2] == (0, "<up>")
        assert not leftover.exists()
        assert checkout.stamp.read_text() != "incomplete\n"

    def test_says_incomplete_until_everything_is_installed(self, checkout: Checkout):
        (checkout.stubs / "uv").write_text("#!/bin/sh\nexit 1\n")
        status, out, err = checkout.run("up")
        assert (status, out) == (1, "")
        assert "could not be installed" in err
        assert checkout.stamp.read_text() == "incomplete\n"

    def test_prepares_once_when_started_twice(self, checkout: Checkout):
        with checkout.start("a") as first, checkout.start("b") as second:
            outputs = {first.communicate(timeout=60)[0], second.communicate(timeout=60)[0]}
        assert outputs == {"<a>", "<b>"}
        assert checkout.installs() == 1

    def test_asks_pip_when_uv_finds_no_index(self, checkout: Checkout):
        assert checkout.run("up", UV_FAILS="yes")[:2] == (0, "<up>")
        asked = [line for line in checkout.notes.read_text().splitlines() if line.startswith("pip")]
        assert asked == ["pip .venv/uv-requirement.txt", "pip requirements.lock"]

    def test_does_without_a_cache_when_there_is_no_home(self, checkout: Checkout):
        checkout.run("up", HOME="")
        assert "no cache: 1" in checkout.notes.read_text()

    def test_keeps_a_cache_when_there_is_one(self, checkout: Checkout):
        checkout.run("up")
        assert "no cache: 1" not in checkout.notes.read_text()

    def test_says_so_when_there_is_no_python(self, checkout: Checkout):
        status, _, err = checkout.run("up", DURO_PYTHON="there-is-none")
        assert status == 1
        assert "Python 3.11 or newer is needed" in err

    def test_works_from_another_folder_without_leaving_it(self, checkout: Checkout):
        (checkout.stubs / "command").write_text("#!/bin/sh\npwd -P\n")
        assert checkout.run("up")[0] == 0
        place = checkout.root / "packages"
        there = subprocess.run(
            ["../duro"], cwd=place, env=checkout.environment, capture_output=True, text=True, check=True
        )
        assert Path(there.stdout.strip()) == place.resolve()
