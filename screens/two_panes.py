"""A list beside what stands under its cursor in full; below each other where there is little room.

The rule it keeps: another row under the cursor is read from its first line on.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from typing import Any, ClassVar, Final, Generic, TypeVar

from textual.app import ComposeResult
from textual.containers import Horizontal

from screens.framed import Framed
from widgets.block import Block
from widgets.board import Listing
from widgets.ink import Palette
from widgets.lines import Frame, Page

WIDE: Final = 100  # from here on, both stand beside each other

L = TypeVar("L", bound=Listing[Any])


class TwoPanes(Framed, Generic[L]):
    CSS_PATH = "two_panes.tcss"
    AUTO_FOCUS: ClassVar[str | None] = "#list"
    every_s: ClassVar[float] = 0.5

    def __init__(self, kind: type[L], palette: Palette) -> None:
        super().__init__(palette)
        self.list = kind(self.palette, id="list")
        self.detail = Block(self.palette, id="detail")
        self._top = 0
        self._has_more = True

    def inside(self) -> ComposeResult:
        with Horizontal():
            yield self.list
            yield self.detail
        yield self.words

    @abstractmethod
    def listed(self) -> Any:
        """The view that the list draws."""

    @abstractmethod
    def page(self, frame: Frame) -> Page:
        """What stands beside it, from line `frame.top` on."""

    # ---- what is shown

    def on_resize(self) -> None:
        self.set_class(self.size.width < WIDE, "-narrow")
        super().on_resize()
        self.call_after_refresh(self.draw_detail)

    def dress(self) -> None:
        super().dress()
        self.draw()

    def draw(self) -> None:
        self.list.show(self.listed(), self.palette)
        self.draw_detail()

    def draw_detail(self) -> None:
        width, height = self.detail.size
        if not width or not height:
            return
        shown = self.page(Frame(width, height, top=self._top, glyphs=self.palette.glyphs))
        self._top, had_more = shown.top, self._has_more
        self._has_more = shown.below != 0
        self.detail.show(shown.rows, self.palette)
        if had_more is self._has_more:
            self.draw_words()
        else:
            self.draw_frame()

    def hidden(self) -> Iterable[str]:
        down = [key.id for key in self.table.keys if key.action == "scroll(1)"]
        return (*super().hidden(), *(() if self._has_more else down))

    def from_the_top(self) -> None:
        self._top = 0
        self.draw_detail()

    # ---- what a person does

    def action_move(self, step: int) -> None:
        self.list.move(step)
        self.from_the_top()

    def action_scroll(self, pages: int) -> None:
        self._top = max(0, self._top + pages * max(1, self.detail.size.height - 2))
        self.draw_detail()
