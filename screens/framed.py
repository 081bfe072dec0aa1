"""A whole screen in the frame that says whose money moves: mode and equity above, keys below.

The rule it keeps: whatever a person looks at, the mode's word and the kill key are in sight.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.containers import Container
from textual.events import DescendantFocus
from textual.widgets import Input, TextArea

from lefi_tui.core.messages import TradingState
from lefi_tui.views.desk_view import DeskView, Mode
from screens.asking import Asking
from screens.keys import TABLE, KeyTable
from widgets.block import Block, prose
from widgets.edge import bottom_line, top_line
from widgets.ink import Ink, Palette
from widgets.lines import Frame, Span, padded

SHEET: Final = Path(__file__).with_suffix(".tcss")
NOTICE_SECONDS: Final = 8.0


class Framed(Asking):
    """Its panes stand in `body`; `words` is the line for what a person should read now."""

    GROUPS: ClassVar[tuple[str, ...]] = ()  # of keys that its last line names

    def __init__(self, palette: Palette, mode: Mode = Mode.DEMO) -> None:
        super().__init__()
        self.table: KeyTable = TABLE
        self.palette = palette.under(mode)
        self.desk_view: DeskView | None = None
        self._mode = mode
        self._notice = ""
        self._about: str | None = None  # the text that it speaks of
        self._notices = 0
        self.idle: list[Callable[[], Iterable[str]]] = []  # say which keys have nothing to act on
        self._last_line: tuple[object, ...] = ()  # what the last line was made of
        # Held, never looked up: an answer may come when the screen is half taken down.
        self.top = Block(self.palette, id="top")
        self.bottom = Block(self.palette, id="bottom")
        self.words = Block(self.palette, id="words")
        self.body = Container(id="body")

    @abstractmethod
    def inside(self) -> ComposeResult:
        """The panes."""

    def compose(self) -> ComposeResult:
        yield self.top
        with self.body:
            yield from self.inside()
        yield self.bottom

    def on_mount(self) -> None:
        self.dress()
        self.draw_frame()

    def on_resize(self) -> None:
        self.draw_frame()

    def on_descendant_focus(self, _event: DescendantFocus) -> None:
        self.draw_frame()

    # ---- the frame

    def frame(self, view: DeskView) -> None:
        """The newest desk: mode, state, money and age for the frame, on whatever screen."""
        if self._is_other_state(view):
            self._notice = ""  # it spoke of a state that is over
        self.desk_view = view
        if self.is_covered:  # what is drawn there repaints the screen above it as well
            return
        palette = self.palette.under(view.banner.mode)
        if palette is not self.palette:
            self._mode, self.palette = view.banner.mode, palette
            self.dress()
        self.draw_frame()

    def uncovered(self) -> None:
        """What came while another screen lay above it, before any key acts on what is shown."""
        if self.desk_view is not None:
            self.frame(self.desk_view)
        self.on_resize()  # its panes too, whatever its size was then

    def _is_other_state(self, view: DeskView) -> bool:
        before = self.desk_view
        return before is not None and before.banner.trading_state is not view.banner.trading_state

    def dress(self) -> None:
        """The frame's sides in the color of the mode."""
        side = (self.palette.glyphs.border, self.palette.frame_color)
        self.body.styles.border_left = side
        self.body.styles.border_right = side

    def draw_frame(self) -> None:
        width, glyphs = self.size.width, self.palette.glyphs
        if not self.is_mounted or not width:
            return
        keys = (self.table.shown("go_approvals"), self.table.shown("go_doubts"))
        above = top_line(self.desk_view, self._mode, width, glyphs, keys)
        self.top.show((above,), self.palette)
        self._last_line = ()
        self._draw_keys()
        self.draw_words()

    def _draw_keys(self) -> None:
        """The last line, where it is another one."""
        is_typed = isinstance(self.focused, (TextArea, Input))
        hidden = (*self.hidden(), *(name for each in self.idle for name in each()))
        if self._last_line != (is_typed, hidden) and self.is_mounted and self.size.width:
            self._last_line = is_typed, hidden
            shown = self.table.hints(self.GROUPS, without=hidden, is_typed=is_typed)
            line = bottom_line(self._mode, shown, self.size.width, self.palette.glyphs)
            self.bottom.show((line,), self.palette)

    def hidden(self) -> Iterable[str]:
        """Keys that would do nothing now."""
        view = self.desk_view
        is_active = view is None or view.banner.trading_state is TradingState.ACTIVE
        others = {"cancel", "close_position"} - {getattr(self.focused, "OWN_KEY", "")}
        needy = () if self.has_chosen() else (each.id for each in self.table.keys if each.on)
        return (*others, "resume" if is_active else "start", *needy)

    def has_chosen(self) -> bool:
        """Whether there is what its keys act on: a script that is open, a row under the cursor."""
        return True

    # ---- words for a person

    def notice(self, text: str, *, about: str | None = None) -> None:
        """On the line of words, for a while; `about` a text: no longer than that stands there."""
        self._about = about
        self._notice = " ".join(text.split())  # four parts are written on lines of their own
        self._notices += 1
        number = self._notices
        self.set_timer(NOTICE_SECONDS, lambda: self._forget(number))
        self.draw_words()

    def stands(self, text: str) -> None:
        """A person's text as it is now: what was said of another one is over."""
        if self._about is not None and self._about != text:
            self._forget(self._notices)

    def _forget(self, number: int) -> None:
        if number == self._notices:
            self._notice, self._about = "", None
            self.draw_words()

    def look_at(self, about: str) -> None:
        """It was opened for one thing: a bot, by its id."""

    def unsaved(self) -> Iterable[str]:
        """Names of scripts that were typed in there and are not saved."""
        return ()

    def in_question(self) -> tuple[str, ...]:
        """What of a script a person is at, as the reference names it, the nearest first."""
        return ()

    def words_size(self) -> tuple[int, int]:
        return self.words.size

    def said(self) -> str:
        """What the line says when there is no notice."""
        return ""

    def said_below(self) -> Sequence[Span]:
        """A line of its own below that, where there is room for two."""
        return ()

    def draw_words(self) -> None:
        self._draw_keys()
        width, height = self.words_size()
        if not height:
            return
        ink, below = (Ink.WARN, ()) if self._notice else (Ink.DIM, self.said_below())
        frame = Frame(width, height - bool(below and height > 1), glyphs=self.palette.glyphs)
        rows = prose(self._notice or self.said(), ink, frame)
        if frame.height < height:
            rows = (*rows, padded(below, frame))
        self.words.show(rows, self.palette)
