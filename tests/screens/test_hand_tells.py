"""What comes back to a hand from other threads is said as the program says all else."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Future
from typing import Any

from textual.app import App

from lefi_tui.core.game import Do, Play
from lefi_tui.core.messages import Command, PlayGame
from lefi_tui.engine.turn import Receipt
from screens.hand import Hand
from tests.engine.kit import until

REFUSED = Receipt(is_accepted=False, text="it is disarmed")
SHOWN_S = 0.01


class Told(App[None]):
    """A notice goes after a while, as on every screen of ours."""

    def __init__(self, hand: Hand) -> None:
        super().__init__()
        self._hand = hand
        self.notices: list[str] = []
        self.gone: list[str] = []

    def on_mount(self) -> None:
        self._hand.begin(self._usual, self._notice, lambda: self._notice("killed"))

    def _usual(self, command: Command) -> None:
        self._notice(type(command).__name__)

    def _notice(self, text: str) -> None:
        self.notices.append(text)
        self.set_timer(SHOWN_S, lambda: self.gone.append(text))


def told_by(straight: Any) -> list[str]:
    hand = Hand(straight)
    play = PlayGame("game", Play(Do.BUY))

    async def run() -> list[str]:
        app = Told(hand)
        async with app.run_test():
            sends = threading.Thread(target=hand.send, args=(play,))
            sends.start()
            await until(lambda: bool(app.notices))
            await until(lambda: app.gone == app.notices)
            sends.join()
        return app.notices

    return asyncio.run(run())


def test_a_refusal_that_comes_from_the_engines_thread_is_said_and_goes_again() -> None:
    def straight(_command: Command) -> Future[Receipt]:
        done: Future[Receipt] = Future()
        threading.Timer(0.01, done.set_result, (REFUSED,)).start()
        return done

    assert told_by(straight) == ["Play game refused: it is disarmed"]


def test_what_has_no_straight_way_goes_the_usual_one_with_all_that_follows() -> None:
    assert told_by(lambda _command: None) == ["PlayGame"]
