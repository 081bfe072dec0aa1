"""Whether the next game could be entered now: the order of its key, before the gate of all orders.

The rule it keeps: the game makes the order and the gate judges it, as when the key is pressed, so a
press finds no other word; nothing is sent, and nothing is remembered.
"""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from bots.ttadak import GameState
from bots.ttadak.playing import entry_of, occupied_by
from lefi_tui.core.desk import BotRecord, Desk
from lefi_tui.core.desk.facts import gate_answer
from lefi_tui.core.desk.intended import intended
from lefi_tui.core.game import Do, Ground
from lefi_tui.core.money import words
from lefi_tui.core.record import Record
from lefi_tui.views.game_view import Refusal

NO_GAME: Final = "No game"
KEYS: Final = (Do.BUY, Do.SELL)


class Entry(Record):
    """The next game as it is set up: what would be entered, where, at which prices."""

    desk: Desk
    bot: BotRecord
    state: GameState  # with the prices of now
    ground: Ground  # as this bot finds it
    now_ns: int


def refused(entry: Entry) -> Refusal | None:
    """Why neither key would begin a game, or one of both would not; None where each would."""
    occupied = occupied_by(entry.ground)
    if occupied:
        return Refusal(NO_GAME, occupied)
    found = {key: why for key in KEYS if (why := _denied(entry, key))}
    if not found:
        return None
    key, why = next(iter(found.items()))
    what = NO_GAME if len(found) == len(KEYS) else f"No {key} game"
    other = _other_size(entry)
    at_size = f" at size {entry.state.key}" if other else ""  # else it is not for its size alone
    return Refusal(f"{what}{at_size}", why, other)


def _denied(entry: Entry, key: Do) -> str:
    """The words with which the gate would deny the order of this key."""
    desk, bot = entry.desk, entry.bot
    intent = entry_of(entry.state, entry.ground, key)
    order = intended(desk, bot, intent, 0, entry.now_ns)
    assert order is not None, "an entry is an order"
    failed = gate_answer(desk, order, entry.now_ns).refusals
    return "; ".join(each.text or each.code for each in failed)


def _other_size(entry: Entry) -> str:
    """The key of the size that both sides would take, the nearest to the one that is chosen."""
    sizes, chosen = entry.state.settings.sizes, entry.state.units
    others = ((abs(each - chosen), number) for number, each in enumerate(sizes, start=1))
    for _, number in sorted(others):
        if sizes[number - 1] != chosen:
            other = replace(entry, state=replace(entry.state, size=number))
            if not any(_denied(other, key) for key in KEYS):
                base = entry.ground.instrument.base
                return f"{number} plays {words(sizes[number - 1])} {base}"
    return ""
