import sys
from pathlib import Path

from house_lint.house import House, Tree
from house_lint.workspace import Workspace


def main() -> int:
    """Print every finding in the checkout this is run from; 1 if there was one."""
    root = Path.cwd()
    reports = [*House.of(root).reports(Tree(root).sources()), *Workspace(root).reports()]
    for report in reports:
        print(report)
    print(f"house lint: {len(reports)} findings" if reports else "house lint: nothing found")
    return 1 if reports else 0


if __name__ == "__main__":
    sys.exit(main())
