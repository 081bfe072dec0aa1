"""A pane that ticks: it is given one frozen view and redraws only the lines that changed.

Drawing is a pure function from view and frame to rows; this class holds only what a person moved
(the cursor) and the rows it painted last.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar, Generic, TypeVar

from textual.message import Message

from lefi_tui.views.desk_view import DeskView
from lefi_tui.views.queries import StoryQuery
from widgets.drawn import Drawn
from widgets.ink import Palette
from widgets.lines import Frame, Page

V = TypeVar("V")  # the view it draws


class Listing(Drawn, Generic[V], can_focus=True):
    """The cursor stays on its item by key, wherever the item moves."""

    class Moved(Message, namespace="board"):
        """The cursor of a pane stands on another item."""

        def __init__(self, board: Listing[Any]) -> None:
            super().__init__()
            self.board = board

    OWN_KEY: ClassVar[str] = ""  # id of the key that acts on what stands in it
    IS_POINTED: ClassVar[bool] = False  # keys of the desk act on its cursor from everywhere

    def __init__(self, palette: Palette, *, id: str) -> None:  # noqa: A002 -- Textual's word
        super().__init__(palette, id=id)
        self.view: V | None = None
        self.cursor_key = ""
        self._place = 0  # where the cursor stood, should its item go
        self._top = 0  # the first item that shows

    @abstractmethod
    def draw(self, view: V | None, frame: Frame) -> Page:
        """The pane as rows; `view` is None before the engine's first answer."""

    @abstractmethod
    def keys(self, view: V) -> Sequence[str]:
        """The items' keys, in the order in which they are shown."""

    @abstractmethod
    def explain(self, view: V, number: int) -> str:
        """All there is to say of one item, for the line below the panes."""

    def wanted(self, view: V, _width: int) -> int:
        """How many rows the pane would fill, its header included."""
        return 1 + max(1, len(self.keys(view)))

    def show(self, view: V | None, palette: Palette | None = None) -> None:
        self.view = view
        if palette is not None:
            self.palette = palette
        self._redraw()

    @property
    def cursor(self) -> int:
        """The number of the item under the cursor."""
        keys = self.keys(self.view) if self.view is not None else ()
        if self.cursor_key in keys:
            self._place = keys.index(self.cursor_key)
        elif keys:
            self._place = min(self._place, len(keys) - 1)
            self.cursor_key = keys[self._place]
        else:
            self._place = 0
        return self._place

    @property
    def words(self) -> str:
        """The item under the cursor in full."""
        if self.view is None or not self.keys(self.view):
            return ""
        return self.explain(self.view, self.cursor)

    @property
    def why(self) -> StoryQuery | None:
        """The story of what is under the cursor; none where there is none to tell."""
        return None

    def move(self, step: int) -> None:
        keys = self.keys(self.view) if self.view is not None else ()
        if not keys:
            return
        self._place = max(0, min(len(keys) - 1, self.cursor + step))
        self.cursor_key = keys[self._place]
        self._redraw()
        self.post_message(self.Moved(self))

    def on_focus(self) -> None:
        self._redraw()
        self.post_message(self.Moved(self))

    def on_blur(self) -> None:
        self._redraw()

    def on_resize(self) -> None:
        self._top = 0
        self._redraw()

    def _redraw(self) -> None:
        width, height = self.size
        if not width or not height or not self.display:
            return
        place = self.cursor, self._top, self.has_focus, self.IS_POINTED
        page = self.draw(self.view, Frame(width, height, *place, self.palette.glyphs))
        self._top = page.top
        self._draw(page.rows)


class Board(Listing[DeskView]):
    """A pane of the desk."""
