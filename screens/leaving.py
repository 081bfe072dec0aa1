"""The two ways out: q ends the desk with what runs in it, d ends the screen only."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import Final

from lefi_tui.views.desk_view import DeskView
from screens.courier import Courier
from screens.framed import NOTICE_SECONDS
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

    async def quit(self, view: DeskView | None, name: str) -> None:
        """At once when nothing runs, or runs on elsewhere; else the key is asked for twice, while
        its question stands there. `name` is the key's id."""
        alive = [bot.id for bot in view.bots if bot.is_alive] if view is not None else []
        is_asked = monotonic() - self._asked_at_s < ASKED_S
        if alive and not self._setup.goes_on_without_us and not is_asked:
            self._asked_at_s = monotonic()
            key, other = self._setup.table.shown(name), self._setup.table.shown("detach")
            bots, them = (alive[0], "it") if len(alive) == 1 else (f"{len(alive)} bots", "them")
            # One line of 78 cells on the smallest screen.
            ways = f"{key} again leaves, pausing {bots}; {other} keeps {them} running"
            self._notice(f"{ways} without a screen.")
            return
        await self._courier.settled()
        self._leave(0)

    async def detach(self) -> None:
        """What runs goes on without a screen."""
        if objection := self._setup.detach():
            self._notice(objection)
            return
        await self._courier.settled()
        self._leave(0)
