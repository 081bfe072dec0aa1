"""The gallery: the scripts that came with the program, each with its words, bounds and a run.

A run is asked for once a person stands on a script, and made in a process of its own.
"""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar, Final

from textual.binding import BindingType

from lefi_tui.errors import LefiError
from lefi_tui.views.gallery import Gallery, Picture, Shipped
from lefi_tui.views.lab_view import Answer, Busy, Ended, Ran, Refused, Run
from screens.beside import Errands
from screens.choice import told
from screens.keys import GALLERY, bindings, of_groups
from screens.two_panes import TwoPanes
from widgets.gallery import Shelf, ShelfList, page
from widgets.ink import Palette
from widgets.lines import Frame, Page, filled

BEGINS: Final = "Being tried on candles of the demo market"


class GalleryScreen(TwoPanes[ShelfList]):
    GROUPS = (GALLERY,)
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(*of_groups(GALLERY))]

    def __init__(self, gallery: Gallery, palette: Palette) -> None:
        super().__init__(ShelfList, palette)
        self._gallery = gallery
        self._shelf: Shelf | None = None
        self._pictures: dict[str, Picture] = {}  # by the script's name
        self._asked: tuple[int, str] = (0, "")  # number and script of the newest run
        self._errands = Errands(self, self._complain)

    def _complain(self, error: LefiError) -> None:
        self.app.push_screen(told(error))

    def on_screen_resume(self) -> None:
        self._gallery.open(self._hear)
        self._errands.ask(self._gallery.scripts, self._came)

    def on_screen_suspend(self) -> None:
        self._leave()

    def on_unmount(self) -> None:
        self._leave()

    def _leave(self) -> None:
        """Nobody looks: what is not done yet is asked for anew."""
        self._gallery.close()
        self._pictures = {name: each for name, each in self._pictures.items() if each.run}

    def _came(self, scripts: tuple[Shipped, ...]) -> None:
        self._shelf = Shelf(scripts)
        self.draw()
        self._look()

    def look_at(self, about: str) -> None:
        """A script by its name; it may not have been read yet."""
        self.list.cursor_key = about
        self.draw()
        self._look()

    @property
    def shipped(self) -> Shipped | None:
        """The script at the cursor."""
        scripts = () if self._shelf is None else self._shelf.scripts
        return scripts[self.list.cursor] if scripts else None

    # ---- its run

    def _look(self) -> None:
        shipped = self.shipped
        if shipped is not None and shipped.row.name not in self._pictures:
            self._pictures[shipped.row.name] = Picture(words=BEGINS)
            found = partial(self._found, shipped)
            self._errands.ask(partial(self._gallery.kept, shipped), found)

    def _found(self, shipped: Shipped, run: Run | None) -> None:
        if run is not None:
            self._show(shipped.row.name, Picture(run))
            return
        before = self._asked[1]
        if before in self._pictures and not self._pictures[before].run:
            del self._pictures[before]  # its run ends with the next; it is asked for again
        self._asked = (self._asked[0] + 1, shipped.row.name)
        self._errands.ask(partial(self._gallery.ask, self._asked[0], shipped), _nothing)

    def _hear(self, said: Answer) -> None:
        """In a thread of whoever reads answers."""
        self.call_later(self._heard, said)

    def _heard(self, said: Answer) -> None:
        number, name = self._asked
        if isinstance(said, Ran):
            self._show(said.run.script.removesuffix(".lefi"), Picture(said.run))
            self._errands.ask(partial(self._gallery.keep, said.run), _nothing)
        elif isinstance(said, Ended) or said.number == number:
            self._show(name, Picture(words=_words(said)))

    def _show(self, name: str, picture: Picture) -> None:
        self._pictures[name] = picture
        self.draw_detail()

    # ---- what is shown

    def listed(self) -> Any:
        return self._shelf

    def page(self, frame: Frame) -> Page:
        shipped = self.shipped
        if shipped is None:
            return filled([], frame)
        return page(shipped, self._pictures.get(shipped.row.name, Picture(words=BEGINS)), frame)

    def said(self) -> str:
        return self.list.words

    def action_move(self, step: int) -> None:
        super().action_move(step)
        self._look()

    # ---- what a person does

    def action_open(self) -> None:
        self._go("scripts")

    def action_lab(self) -> None:
        self._go("lab")

    def action_copy(self) -> None:
        shipped = self.shipped
        if shipped is not None:
            copied = partial(self._gallery.copy, shipped.row)
            self._errands.ask(copied, partial(self._went, "scripts"))

    def _go(self, where: str) -> None:
        if self.shipped is not None:
            self._went(where, self.shipped.row.about)

    def _went(self, where: str, about: str) -> None:
        self.app.call_later(self.app.run_action, f"go('{where}', '{about}')")


def _words(said: Answer) -> str:
    match said:
        case Busy():
            return f"{BEGINS}: {said.done * 100 // said.of}%" if said.of else BEGINS
        case Refused():
            return f"There is no run of it: {said.why}."
        case Ended():
            return f"There is no run of it: the simulation has ended, {said.why}."
        case _:
            return BEGINS


def _nothing(_: object) -> None:
    """It is done; nobody waits."""
