"""One moment of a game in the making: the state so far, and what has been asked for."""

from __future__ import annotations

from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from bots.ttadak.state import Game, GameState
from lefi_tui.core.bot import Intent, Note, RunTrace
from lefi_tui.core.game import Ground, Round


class Turn(Struct):
    state: GameState
    at_ms: int
    ground: Ground | None
    intents: list[Intent] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    runs: list[RunTrace] = field(default_factory=list)
    rounds: list[Round] = field(default_factory=list)

    @property
    def game(self) -> Game:
        assert self.state.game is not None, "no game is under way"
        return self.state.game

    def change(self, **changes: Any) -> None:
        self.state = replace(self.state, **changes)

    def change_game(self, **changes: Any) -> None:
        self.state = replace(self.state, game=replace(self.game, **changes))

    def say(self, text: str) -> None:
        """In the log, and where the game tells why it stands as it does."""
        self.change(why=text)
        self.notes.append(Note("print", text))

    def think(self, text: str) -> None:
        """Where the game tells why it stands as it does, and nowhere else."""
        self.change(why=text)

    def refuse(self, text: str) -> None:
        """A key that can't be played now."""
        self.change(why=text)
        self.notes.append(Note("refused", text))

    def alarm(self, text: str) -> None:
        """Also to whoever is away."""
        self.change(why=text)
        self.notes.append(Note("notify", text))

    def ran(self, event: str) -> None:
        self.runs.append(RunTrace(0, event, self.state.why))

    def ticket(self) -> int:
        number = self.state.tickets + 1
        self.change(tickets=number)
        return number

    def disarm(self, why: str) -> None:
        if self.state.is_armed:
            self.change(is_armed=False)
            self.say(f"Disarmed: {why}.")
