"""How close the conditions of an automated bot are to coming true, by runs that it has made."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from bots.automated.plan import Bound
from bots.automated.state import BotState, LastRun
from lefi_tui.core.nearness import Near, Nearness, NearRun
from lefi_tui.lang.authoring.distance import Distance, distances
from lefi_tui.lang.authoring.measuring import measured
from lefi_tui.lang.maths import words
from lefi_tui.lang.program import Program
from lefi_tui.lang.types import PERCENT
from lefi_tui.lang.waiting import Begun

NEVER: Final = "It has not run since it was started or changed."
NOT_YET: Final = "has not run since the bot was started or changed"
NOT_HERE: Final = "the newest candle does not make it run"


def of_last_runs(state: BotState) -> Nearness:
    """Each handler by its own."""
    last = state.last
    states = _states(state)
    if last is None:
        return Nearness(refusal=NEVER, states=states)
    known = {each.run.handler: each for each in (*state.others, last)}
    runs = tuple(
        _by_last(state.bound, number, known.get(number)) for number in _telling(state.bound)
    )
    at_ms = max(each.at_ms for each in known.values())
    return Nearness(runs, at_ms=at_ms, states=states)


def _states(state: BotState) -> tuple[tuple[str, str], ...]:
    program = state.bound.program
    return tuple(
        (name, words(state.slots[slot], is_percent=program.state_types[name] == str(PERCENT)))
        for name, slot in program.states.items()
    )


def _by_last(bound: Bound, number: int, last: LastRun | None) -> NearRun:
    if last is None:
        return _run(bound, number, refusal=NOT_YET)
    if last.warming:
        return _run(bound, number, refusal=f"its last run was still {last.warming}")
    return _run(bound, number, of_runs(bound.program, (last.run,)), at_ms=last.at_ms)


def of_moment(bound: Bound, begun: Iterable[Begun]) -> Nearness:
    """Of runs that came at one moment."""
    by_handler: dict[int, list[Begun]] = {}
    for each in begun:
        by_handler.setdefault(each.handler, []).append(each)
    return Nearness(
        tuple(
            _run(bound, number, of_runs(bound.program, by_handler[number]))
            if number in by_handler
            else _run(bound, number, refusal=NOT_HERE)
            for number in _telling(bound)
        )
    )


def _telling(bound: Bound) -> list[int]:
    """Handlers that have conditions, as they stand in the text."""
    return [number for number, each in enumerate(measured(bound.program)) if each.conditions]


def _run(
    bound: Bound, number: int, rows: tuple[Near, ...] = (), refusal: str = "", at_ms: int = 0
) -> NearRun:
    line = bound.program.handlers[number].line
    return NearRun(line, bound.titles[number], rows, refusal, at_ms)


def of_runs(program: Program, runs: Iterable[Begun]) -> tuple[Near, ...]:
    """In the order of the text; of a condition that several runs met, the nearest."""
    found: dict[int, Distance] = {}
    for run in runs:
        for each in distances(program, run):
            known = found.get(each.span.start)
            if known is None or each.rank > known.rank:
                found[each.span.start] = each
    return tuple(_near(found[start]) for start in sorted(found))


def _near(found: Distance) -> Near:
    span = found.span
    return Near(found.line, span.start, span.end, found.text, found.was_reached, found.parts)
