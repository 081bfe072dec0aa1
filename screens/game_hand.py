"""The hand of a game's screen: whose game its keys play, and what was asked to be armed from here.

The rule it keeps: what was asked counts as soon as it is asked, whatever is shown of it yet.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace
from textual.screen import Screen

from lefi_tui.core.game import Do
from lefi_tui.core.messages import PlayGame
from lefi_tui.views.game_view import GameView
from screens.hand import Asked, Hand


class GameHand:
    def __init__(self, hand: Hand, screen: Screen[Any]) -> None:
        self._hand, self._screen = hand, screen
        self._armed = ""  # the game that was asked to be armed from here
        self._disarming = ""  # the game of which it was asked, and is not seen yet

    def give(self, view: GameView, plays: Mapping[str, Asked]) -> None:
        """While armed its keys wait for no screen; else they come here, and are told what is so."""
        bot, send = view.bot if view.is_armed else "", self._hand.send
        if bot != self._disarming:
            self._disarming = ""
        if not bot or self._disarming:
            self._hand.release(self._screen)
        elif not self._hand.is_held_by(self._screen, bot):
            self._hand.hold(self._screen, plays, lambda play: send(PlayGame(bot, play)), bot)

    def play(self, bot: str, do: Do, value: int = 0, typed: str = "") -> None:
        """By the way of the keys that wait for no screen: none of them overtakes it."""
        if do is Do.ARM:
            self._armed, self._disarming = bot, ""
        elif do is Do.DISARM:
            self._armed, self._disarming = "", bot
            self._hand.release(self._screen)
        self._hand.send(PlayGame(bot, replace(self._hand.pressed(do, value), typed=typed)))

    def leave(self, view: GameView | None) -> None:
        """What is armed, and what may be before it is seen, is disarmed."""
        self._hand.release(self._screen)
        seen = view.bot if view is not None and view.is_armed else ""
        for bot in dict.fromkeys(each for each in (self._armed, seen) if each):
            self.play(bot, Do.DISARM)
