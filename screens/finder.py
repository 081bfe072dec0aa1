"""Carries out what was found in the palette: here, or on the screen whose key it is.

The rule it keeps: what needs something chosen is gone to, and done where there is only one such
thing, else its key is told; what ends, cancels,
closes or trades is asked for once more, and its question is answered no unless a person moves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, Final

from textual.app import App
from textual.screen import Screen

from lefi_tui.views.desk_view import DeskView
from lefi_tui.views.scripts import ScriptRow
from screens.asking import Asking
from screens.choice import ChoiceScreen
from screens.finding import Entry
from screens.found import of_desk, of_keys, of_limits, of_scripts, title_of
from screens.framed import Framed
from screens.keys import ALWAYS, PLACES, Deed, Key, KeyTable
from screens.palette import PaletteScreen
from screens.rooms import Rooms
from screens.windows import taught

NO: Final = "No: leave all as it is"
MOVED: Final = "was under the cursor, and now something else is: nothing was done."


class Finder:
    def __init__(
        self,
        app: App[Any],
        rooms: Rooms,
        table: KeyTable,
        scripts: Callable[[], Sequence[ScriptRow]],
    ) -> None:
        self._app, self._rooms, self._table, self._scripts = app, rooms, table, scripts

    def open(self, view: DeskView | None) -> None:
        here = self._rooms.groups()
        entries = (
            *of_keys(self._table, here, self._carry_out),
            *of_desk(view, self._rooms.go),
        )
        self._rooms.lay(PaletteScreen(entries, self._more))

    def _more(self) -> Iterator[Entry]:
        """What takes a moment to read."""
        yield from of_scripts(self._scripts(), self._rooms.go)
        yield from of_limits(self._rooms.go)
        yield from taught(self._rooms.go, self._rooms.explain)

    def _carry_out(self, key: Key) -> None:
        place = PLACES[key.group]
        if key.group in ALWAYS:
            self._act(key, self._app)
        elif key.group in self._rooms.groups():
            self._act(key, self._app.screen)
        elif place.opener:
            self._carry_out(self._table.of(place.opener))
            self._tell(key)
        else:
            self._go_for(key, place.room)

    def _go_for(self, key: Key, room: str) -> None:
        if room:
            self._rooms.go(room)
        screen = self._rooms.room
        act = partial(self._act, key, screen)
        if room and not key.on:
            screen.call_after_refresh(act)
        elif not room or not screen.aim(key.id, act):
            self._tell(key)

    def _act(self, key: Key, node: App[Any] | Screen[Any]) -> None:
        what = _pointed(key, node)

        def act() -> None:
            self._app.call_later(self._run, key, node, what)

        if not key.label:
            self._tell(key)
        elif key.deed is Deed.RISK:
            answers = [(NO, _nothing), (f"Yes: {key.label}", act)]
            told = f"{what}: {key.tooltip}" if what else key.tooltip
            self._app.push_screen(ChoiceScreen(f"{title_of(key)}?", told, answers))
        else:
            act()

    async def _run(self, key: Key, node: App[Any] | Screen[Any], what: str) -> None:
        """What can't be done now says what it needs; the desk goes on below a question."""
        if _pointed(key, node) != what:
            self._rooms.room.notice(f"{what or 'Nothing'} {MOVED}")
        elif not await self._app.run_action(key.action, node):
            self._tell(key)

    def _tell(self, key: Key) -> None:
        room: Framed = self._rooms.room

        def tell() -> None:
            room.notice(_told(key, room.words_size()[0]))

        room.call_after_refresh(tell)


def _told(key: Key, width: int) -> str:
    """What to do, and all that comes of it where that has room on one line."""
    first = f"{key.on[0].upper()}{key.on[1:]}, then " if key.on else ""
    whole = f"{first}{key.shown}: {key.tooltip}"
    return whole if len(whole) < width else f"{first}{key.shown}: {key.label or key.tooltip}."


def _pointed(key: Key, node: App[Any] | Screen[Any]) -> str:
    return node.pointed(key.id) if isinstance(node, Asking) else ""


def _nothing() -> None:
    """It was a question; the answer is no."""
