"""How close the conditions of an automated bot are to coming true, by runs that it has made."""

from __future__ import annotations

from collections.abc import Iterable

from bots.automated.state import BotState
from lefi_tui.core.nearness import Near, Nearness
from lefi_tui.lang.authoring.distance import Distance, distances
from lefi_tui.lang.program import Program
from lefi_tui.lang.waiting import Begun


def of_last_run(state: BotState) -> Nearness:
    last = state.last
    if last is None:
        return Nearness(refusal="It has not run since it was started, or it was changed.")
    if last.warming:
        return Nearness(refusal=f"Its last run was still {last.warming}.", at_ms=last.at_ms)
    return Nearness(of_runs(state.bound.program, (last.run,)), at_ms=last.at_ms)


def of_runs(program: Program, runs: Iterable[Begun]) -> tuple[Near, ...]:
    """In the order of the text; of a condition that several runs met, the nearest."""
    found: dict[int, Near] = {}
    for run in runs:
        for each in distances(program, run):
            near, known = _near(each), found.get(each.span.start)
            if known is None or (near.was_reached, near.degree) > (known.was_reached, known.degree):
                found[each.span.start] = near
    return tuple(found[start] for start in sorted(found))


def _near(found: Distance) -> Near:
    return Near(
        found.line,
        found.span.start,
        found.span.end,
        found.text,
        found.degree,
        found.is_met,
        found.was_reached,
        found.words,
    )
