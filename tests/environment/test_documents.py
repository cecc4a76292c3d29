import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCUMENTS = [
    *ROOT.glob("*.md"),
    *(ROOT / "docs").rglob("*.md"),
    *ROOT.glob("packages/*/*.md"),
    *ROOT.glob("services/*/*.md"),
]
VARIABLE = re.compile(r"\b(?:DURO|GATEWAY)(?:_[A-Z]+)+\b")


class TestDocuments:
    def test_link_to_what_exists(self):
        missing = [
            f"{document.relative_to(ROOT)}: {target}"
            for document in DOCUMENTS
            for target in re.findall(r"\]\(([^)#]+)\)", document.read_text())
            if "://" not in target and not (document.parent / target).exists()
        ]
        assert missing == []

    def test_name_exactly_the_settings_that_are_read(self):
        sources = [*ROOT.glob("packages/*/src/**/*.py"), *ROOT.glob("services/*/src/**/*.py"), ROOT / "duro"]
        quoted = {name for source in sources for name in re.findall(rf'"({VARIABLE.pattern})"', source.read_text())}
        read = quoted | set(VARIABLE.findall((ROOT / "duro").read_text()))
        documented = set(
            re.findall(rf"^\| `({VARIABLE.pattern})`", (ROOT / "docs/reference/settings.md").read_text(), re.MULTILINE)
        )
        assert documented == read

    def test_show_the_two_commands(self):
        readme = (ROOT / "README.md").read_text()
        assert "\n./duro up\n" in readme
        assert "\n./duro test\n" in readme

    def test_every_package_and_service_says_what_it_owns(self):
        members = [
            manifest.parent
            for manifest in [*ROOT.glob("packages/*/pyproject.toml"), *ROOT.glob("services/*/pyproject.toml")]
        ]
        silent = [
            member.name
            for member in members
            if not (member / "README.md").exists()
            or not all(
                word in (member / "README.md").read_text()
                for word in ("Owns", "Does not own", "Words", "Invariants", "Where to start")
            )
        ]
        assert silent == []
