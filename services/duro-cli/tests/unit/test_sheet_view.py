import io

import pytest
from rich.console import Console

from duro.cli.screen.sheet_view import SheetView
from duro.simulator.sheet import Sheet

_SHEET = Sheet(
    "What came back", ("policy", "recovered", "tries"), (("even_6_in_30", "78.2 (74.6 to 81.8)", "1.61"),), "A note."
)


def _shown(sheet: Sheet, width: int) -> str:
    console = Console(file=io.StringIO(), width=width)
    console.print(SheetView(sheet).fitting(width))
    return console.file.getvalue()


class TestSheetView:
    def test_shows_every_column_where_there_is_room(self):
        shown = _shown(_SHEET, 60)
        assert "1.61" in shown
        assert "Not shown" not in shown
        assert "A note." in shown

    @pytest.mark.parametrize("width", [40, 46])
    def test_names_what_does_not_fit_and_breaks_no_figure(self, width):
        shown = _shown(_SHEET, width)
        assert "78.2 (74.6 to 81.8)" in shown
        assert "1.61" not in shown
        assert "tries." in shown

    def test_folds_a_long_text_at_the_end(self):
        sheet = Sheet("Ranges", ("range", "source"), (("visa", "assumed, wide: nothing published was found"),))
        shown = _shown(sheet, 40)
        assert "visa" in shown
        assert "published" in shown
