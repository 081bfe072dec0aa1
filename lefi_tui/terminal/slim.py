"""Only the cells that changed go to the terminal: a key press costs some hundred bytes, not 28,000.

Textual repaints whole regions. This mixin remembers what stands on the terminal, row by row, and
writes the segments that differ. While the terminal is behind, frames are skipped, and painted when
it has caught up. It leans on private names of Textual 8.2.8; tests/screens keeps a tripwire each.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from rich.console import Console, RenderableType
from rich.segment import Segment
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.app import App
from textual.strip import Strip

from widgets.aside import ASIDE

if TYPE_CHECKING:
    from textual.screen import Screen

CATCH_UP_SECONDS: Final = 0.1
SYNC_BEGIN: Final = "\x1b[?2026h"
SYNC_END: Final = "\x1b[?2026l"

Painted = dict[int, tuple[int, Strip]]  # first column: end, what stands there


class Canvas:
    """What stands on the terminal, and the text that turns it into something else."""

    def __init__(self) -> None:
        self._rows: dict[int, Painted] = {}

    def forget(self) -> None:
        """The next picture is painted whole."""
        self._rows.clear()

    def paint(self, update: LayoutUpdate | ChopsUpdate, console: Console) -> str:
        out: list[str] = []
        for x, y, strip in _strips(update):
            ASIDE.give_way()
            if strip.cell_length:  # a region that ends where a strip begins yields none of it
                self._put(out, (x, y), strip, console)
        return "".join(out)

    def _put(self, out: list[str], at: tuple[int, int], strip: Strip, console: Console) -> None:
        x, y = at
        end = x + strip.cell_length
        row = self._rows.setdefault(y, {})
        before = row.get(x)
        if before is None or before[0] != end:
            # Anything that overlapped is overwritten now, so it is no longer known.
            for other in [at for at, (stop, _) in row.items() if at < end and stop > x]:
                del row[other]
            out.append(f"\x1b[{y + 1};{x + 1}H{strip.render(console)}")
        elif before[1] is not strip:
            skipped, changed = difference(list(before[1]), list(strip))
            if changed:
                text = Strip(changed).render(console)
                out.append(f"\x1b[{y + 1};{x + skipped + 1}H{text}")
        row[x] = (end, strip)


def difference(before: list[Segment], after: list[Segment]) -> tuple[int, list[Segment]]:
    """The cells both begin with, and the segments from there on up to what both end with."""
    shared = min(len(before), len(after))
    head = 0
    while head < shared and before[head] == after[head]:
        head += 1
    if head == len(before) == len(after):
        return 0, []
    tail = 0
    while tail < shared - head and before[-1 - tail] == after[-1 - tail]:
        tail += 1
    return sum(each.cell_length for each in after[:head]), after[head : len(after) - tail]


def _strips(update: LayoutUpdate | ChopsUpdate) -> Iterable[tuple[int, int, Strip]]:
    if isinstance(update, LayoutUpdate):
        yield from _layout_strips(update)
    else:
        yield from _chop_strips(update)


def _layout_strips(update: LayoutUpdate) -> Iterable[tuple[int, int, Strip]]:
    for y, line in enumerate(update.strips, update.region.y):
        x = update.region.x
        for strip in line:
            yield x, y, strip
            x += strip.cell_length


def _chop_strips(update: ChopsUpdate) -> Iterable[tuple[int, int, Strip]]:
    for y, begin, stop in update.spans:
        pairs = zip(update.chop_ends[y], update.chops[y].items(), strict=False)
        for end, (x, strip) in pairs:
            if strip is None or x > stop or end <= begin:
                continue
            is_whole = stop > x >= begin and end <= stop
            yield x, y, strip if is_whole else strip.crop(0, min(end, stop) - x)


class SlimDisplay(App[int]):
    """An App that writes differences. `frames` and `skipped` are for measuring."""

    def __init__(self, **kwargs: Any) -> None:
        self._canvas = Canvas()
        self._is_catching_up = False
        self.frames = 0
        self.skipped = 0
        super().__init__(**kwargs)

    def on_resize(self) -> None:
        self._canvas.forget()

    def write_to_terminal(self, text: str) -> None:
        """Past the picture: a bell, a desktop notification."""
        if self._driver is not None and not self.is_headless:
            self._driver.write(text)

    def repaint(self) -> None:
        """Paint everything anew: something else may have written to the terminal."""
        self._canvas.forget()
        self.refresh(layout=True)

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        if not isinstance(renderable, LayoutUpdate | ChopsUpdate) or not self._is_painting():
            super()._display(screen, renderable)
            return
        try:
            if getattr(self._driver, "is_behind", False):
                self._skip()
            else:
                self._paint(renderable)
        finally:
            self.post_display_hook()

    def _is_painting(self) -> bool:
        driver = self._driver
        if driver is None or driver.is_headless or driver.is_inline:
            return False
        return self._running and not self._closed and not self._batch_count

    def _skip(self) -> None:
        self.skipped += 1
        if not self._is_catching_up:
            self._is_catching_up = True
            self.set_timer(CATCH_UP_SECONDS, self._catch_up)

    def _catch_up(self) -> None:
        """Paint all; what stands already is not written again."""
        self._is_catching_up = False
        self.screen.refresh(layout=True)

    def _paint(self, update: LayoutUpdate | ChopsUpdate) -> None:
        driver = self._driver
        assert driver is not None, "_is_painting has looked"
        self.frames += 1
        text = self._canvas.paint(update, self.console)
        cursor = self.screen.outer_size.clamp_offset(self.cursor_position)
        if not text and cursor == self._previous_cursor_position:
            return
        self._previous_cursor_position = cursor
        text += f"\x1b[{cursor.y + 1};{cursor.x + 1}H"
        if self._sync_available:
            text = f"{SYNC_BEGIN}{text}{SYNC_END}"
        driver.write(text)
        driver.flush()
