from dataclasses import dataclass
from typing import ClassVar, final

from rich.box import SIMPLE_HEAD
from rich.table import Table

from duro.simulator.sheet import Sheet


@final
@dataclass(frozen=True, slots=True)
class SheetView:
    """A sheet on a screen: as many of its columns as fit, the last of them folded if there is room to read it."""

    LEAST_FOLDED: ClassVar[int] = 20
    PADDING: ClassVar[int] = 2
    AROUND: ClassVar[int] = 3

    sheet: Sheet

    def fitting(self, width: int) -> Table:
        """Return a table that is at most so wide; what doesn't fit is named below it."""
        count = self._columns(width)
        headings, left = self.sheet.headings[:count], self.sheet.headings[count:]
        notes = [f"Not shown, for want of room: {', '.join(left)}."] if left else []
        notes += [self.sheet.note] if self.sheet.note else []
        table = Table(
            title=self.sheet.title,
            caption="\n".join(notes) or None,
            title_justify="left",
            caption_justify="left",
            box=SIMPLE_HEAD,
            padding=(0, self.PADDING, 0, 0),
        )
        for number, heading in enumerate(headings):
            table.add_column(heading, no_wrap=number < count - 1, overflow="fold")
        for row in self.sheet.rows:
            table.add_row(*row[:count])
        return table

    def _columns(self, width: int) -> int:
        room = width - self.AROUND
        for number, heading in enumerate(self.sheet.headings):
            wanted = max(len(cell) for cell in (heading, *(row[number] for row in self.sheet.rows))) + self.AROUND
            if wanted > room:
                return max(number + (room >= self.LEAST_FOLDED), 1)
            room -= wanted
        return len(self.sheet.headings)
