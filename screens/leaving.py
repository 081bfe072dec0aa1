"""The two ways out: q ends the desk with what runs in it, d ends the screen only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import monotonic
from typing import Final

from lefi_tui.views.desk_view import DeskView
from screens.courier import Courier
from screens.framed import NOTICE_SECONDS
from screens.rooms import Rooms
from screens.setup import DeskSetup

ASKED_S: Final = NOTICE_SECONDS
WAYS: Final = "{} leaves, from any screen; {} on the desk leaves the bots running."


class Leaving:
    def __init__(
        self,
        setup: DeskSetup,
        courier: Courier,
        notice: Callable[[str], None],
        leave: Callable[[int], None],
    ) -> None:
        self._setup = setup
        self._courier = courier
        self._notice = notice
        self._leave = leave
        self._asked_at_s = -ASKED_S

    def tell(self) -> None:
        """Which ways there are: Ctrl+C, which ends other programs, is none."""
        shown = self._setup.table.shown
        self._notice(WAYS.format(shown("leave"), shown("detach")))

    async def quit(self, view: DeskView | None, name: str, rooms: Rooms) -> None:
        """At once when nothing runs, or runs on elsewhere; else the key is asked for twice, while
        its question stands there. `name` is the key's id."""
        alive = [bot.id for bot in view.bots if bot.is_alive] if view is not None else []
        is_asked = monotonic() - self._asked_at_s < ASKED_S
        if alive and not self._setup.goes_on_without_us and not is_asked:
            self._asked_at_s = monotonic()
            bots, them = (alive[0], "it") if len(alive) == 1 else (f"{len(alive)} bots", "them")
            leaves = f"{self._setup.table.shown(name)} again leaves, pausing {bots}"
            self._notice(f"{leaves}; {self._other_way(them, rooms)} {_kept(rooms.unsaved())}")
            return
        await self._courier.settled()
        self._leave(0)

    def _other_way(self, them: str, rooms: Rooms) -> str:
        """By keys that do so where a person is; with the rest, one line of 78 cells."""
        shown = self._setup.table.shown
        if rooms.is_on_desk:
            return f"{shown('detach')} keeps {them} running without a screen."
        return f"{shown('go_desk')}, then {shown('detach')}, keeps {them} running."

    async def detach(self) -> None:
        """What runs goes on without a screen."""
        if objection := self._setup.detach():
            self._notice(objection)
            return
        await self._courier.settled()
        self._leave(0)


def _kept(names: Sequence[str]) -> str:
    """Scripts whose text is not saved stand in drafts when the program has ended."""
    if not names:
        return ""
    are, them = ("is", "it") if len(names) == 1 else ("are", "them")
    return f"{', '.join(names)} {are} not saved; the next start offers {them} as typed."
