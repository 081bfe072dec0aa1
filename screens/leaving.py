"""The two ways out: q ends the desk with what runs in it, d ends the screen only."""

from __future__ import annotations

from collections.abc import Callable

from lefi_tui.views.desk_view import DeskView
from screens.courier import Courier
from screens.setup import DeskSetup


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
        self._is_asked = False

    async def quit(self, view: DeskView | None) -> None:
        """At once when nothing runs, or runs on elsewhere; else the key is asked for twice."""
        alive = [bot.id for bot in view.bots if bot.is_alive] if view is not None else []
        if alive and not self._setup.goes_on_without_us and not self._is_asked:
            self._is_asked = True
            bots, them = (alive[0], "it") if len(alive) == 1 else (f"{len(alive)} bots", "them")
            # One line of 78 cells on the smallest screen.
            self._notice(
                f"q again leaves and pauses {bots}; d leaves {them} running without a screen."
            )
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
