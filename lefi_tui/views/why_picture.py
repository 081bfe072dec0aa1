"""Why a bot did what it did, from the desk: its last run with the values it saw, and what followed.

The rule it keeps: nothing that was there before a run is told as what came of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from lefi_tui.core.desk import BotRecord, Desk
from lefi_tui.core.nearness import Gauging, Near, NearRun
from lefi_tui.views import numbers
from lefi_tui.views.desk_view import LogRow, WhyView
from lefi_tui.views.distance_words import told
from lefi_tui.views.figures import MONEY_PLACES, PER, Places
from lefi_tui.views.fold import ScreenState
from lefi_tui.views.numbers import NS_PER_MS, places_of

CAME_SHOWN: Final = 4  # of what a bot did since, below why it did
BELOW: Final = " " * 8  # what a condition is made of


def why(state: ScreenState, desk: Desk, bot_id: str, now_ns: int) -> WhyView:
    """The last run of a bot, told by its kind, and what came of it."""
    bot = desk.bots.get(bot_id)
    if bot is None:
        return WhyView(bot_id, "", "not known", (f"There is no bot {bot_id} on this desk.",), None)
    ran_ms = ran_at_ms(bot)
    age_ms = max(0, now_ns // NS_PER_MS - ran_ms) if bot.runs else None
    lines = (*_run(desk, bot), *(_came_of_it(state, bot) if bot.runs else ()))
    return WhyView(bot.id, bot.title, bot.status.value, lines, age_ms)


def ran_at_ms(bot: BotRecord) -> int:
    """When a handler of it ran last; a moment at which none did is no run."""
    return bot.ran_ms or bot.at_ms


def last_word(bot: BotRecord) -> str:
    """Why a bot has no run to show."""
    if bot.reason:
        return bot.reason
    if bot.warming:
        return f"warming up: {bot.warming} candles"
    return "waits for its first event"


# ---- the run


def _run(desk: Desk, bot: BotRecord) -> list[str]:
    kind = desk.kinds[bot.kind]
    lines = kind.why(bot.state).splitlines()
    if isinstance(kind, Gauging):
        near = kind.nearness(bot.state)
        runs = [each for each in near.runs if each.rows and each.at_ms == near.at_ms]
        places = _places(desk, bot)
        own = {line.partition(" -> ")[0]: line for line in lines[1:]}
        lines[1:] = [line for run in runs for line in _conditions(run, runs, places, own)]
    return lines or [f"{run.event}: {run.why}" for run in bot.runs] or [last_word(bot)]


def _conditions(
    run: NearRun, runs: list[NearRun], places: Places, own: Mapping[str, str]
) -> Iterator[str]:
    if len(runs) > 1:
        yield f"{run.title}:"
    for row in run.rows:
        yield from _condition(row, places, own)


def _condition(near: Near, places: Places, own: Mapping[str, str]) -> Iterator[str]:
    """Each comparison in it with both sides, also those of the value before; one without any as
    the kind itself tells it."""
    outcome = ("yes" if near.is_met else "no") if near.was_reached else "not reached"
    head = f"line {near.line}: {near.text}"
    whole, *parts = told(near, places)
    below = [each for each in parts or [whole] if each.about != near.text]
    is_own = near.was_reached and not below
    yield own.get(head, f"{head} -> {outcome}") if is_own else f"{head} -> {outcome}"
    for each in below:
        yield f"{BELOW}{'  ' * max(0, each.depth - 1)}{each.about}: {each.state}"


def _places(desk: Desk, bot: BotRecord) -> Places:
    """By the markets of its account, its own first."""
    known: dict[str, int] = {}
    mine = [each for key, each in desk.instruments.items() if key[0] == bot.account]
    for each in sorted(mine, key=lambda one: one.symbol not in bot.needs.symbols):
        if each.tick:
            known.setdefault(f"{each.quote}{PER}{each.base}", places_of(each, 0.0))
        known.setdefault(each.quote, MONEY_PLACES)
    return known.get


# ---- what came of it


def _came_of_it(state: ScreenState, bot: BotRecord) -> Iterator[str]:
    ran_ns = ran_at_ms(bot) * NS_PER_MS
    did = state.did.get(bot.id, ())
    since = [each for each in did if each.at_ns >= ran_ns][:CAME_SHOWN]
    yield ""
    if since:
        yield "Since that run, newest first:"
        yield from (_did(each) for each in since)
    elif any(each.at_ns <= ran_ns for each in (*did[-1:], *state.log[-1:])):
        yield "Nothing came of it: no order went out."
    else:
        yield "What came of it is older than the log; w tells the whole story."


def _did(row: LogRow) -> str:
    said = ": ".join(part for part in (row.what, row.why) if part)
    return f"{numbers.clock(row.at_ns)} {said}{f' Next: {row.next}' if row.next else ''}"
