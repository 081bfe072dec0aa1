"""A story as lines for a person: the same on a screen and in a shell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from lefi_tui.core.bot import ConditionMet, RunSeen
from lefi_tui.core.codec import to_plain
from lefi_tui.core.messages import Verdict
from lefi_tui.views import numbers
from lefi_tui.views.story_view import BotRuns, Came, Decided, StoryView

NS_PER_MS: Final = 1_000_000
FIGURE: Final = re.compile(r"[\d,.]*\d")
CONDITIONS_MAX: Final = 64  # of one run that are told; a loop may meet thousands


def words(view: StoryView) -> list[str]:
    if not view.is_ready:
        return [view.title, "", _progress(view)]
    lines = [*_head(view)]
    for bot in view.bots:
        lines += ["", *_bot(bot)]
    if view.decided:
        lines += ["", "What was decided:", *_all(_decided(each) for each in view.decided)]
    if view.came:
        lines += ["", "What came of it:", *_all(_came(each) for each in view.came)]
    if view.costs:
        lines += ["", *view.costs]
    links = [*_links(view)]
    if links:
        lines += ["", *links]
    return lines


def _progress(view: StoryView) -> str:
    if not view.total:
        return "Looks it up in the journal."
    return f"Carries out {view.done:,} of {view.total:,} messages again to see it as it was."


def _all(parts: Iterator[Iterator[str]]) -> Iterator[str]:
    for part in parts:
        yield from part


def _head(view: StoryView) -> Iterator[str]:
    at = f", {when(view.at_ns)}" if view.at_ns else ""
    yield f"{view.title}{at}"
    for each in (view.standing, view.trigger, view.untold, view.others):
        if each:
            yield each


def _bot(bot: BotRuns) -> Iterator[str]:
    name = f"{bot.title} ({bot.bot})" if bot.title and bot.title != bot.bot else bot.bot
    if not bot.runs:
        yield f"{name}: {bot.state or 'no handler ran'}"
    for run in bot.runs:
        yield from _run(name, run)
    if bot.runs and bot.text:
        yield f"  by {bot.text}"


def _run(name: str, run: RunSeen) -> Iterator[str]:
    yield f"{name}, {run.trace.event}: {run.trace.why}"
    for condition in run.conditions[:CONDITIONS_MAX]:
        yield f"  {_condition(condition)}"
    more = len(run.conditions) - CONDITIONS_MAX
    if more > 0:
        yield f"  and {more:,} conditions more"


def _condition(met: ConditionMet) -> str:
    values = ", ".join(f"{name} {value}" for name, value in met.values)
    outcome = "yes" if met.outcome else "no"
    return f"line {met.line}: {met.text} -> {outcome}" + (f" ({values})" if values else "")


def _decided(decided: Decided) -> Iterator[str]:
    why = f": {decided.why}" if decided.why else ""
    yield f"  {decided.what.rstrip('.') if why else decided.what}{why}"
    for verdict in decided.verdicts:
        yield f"    {_verdict(verdict)}"


def _verdict(verdict: Verdict) -> str:
    failed = "WARNED" if verdict.is_soft else "STOPPED"
    outcome = "passed" if verdict.passed else f"{failed} {verdict.code}"
    value, bound = numbers.readable(verdict.value), numbers.readable(verdict.bound)
    if {*value.split()} & {*bound.split()} & {*FIGURE.findall(value)}:
        value, bound = verdict.value, verdict.bound  # told apart by the digits that were cut
    return f"{outcome}  {verdict.name}: {value}, bound {bound}"


def _came(came: Came) -> Iterator[str]:
    why = f": {came.why}" if came.why else ""
    yield f"  {numbers.clock(came.at_ns)} {came.what}{why}"


def _links(view: StoryView) -> Iterator[str]:
    if view.cause:
        yield f"It came from #{view.cause}."
    if view.leads_to:
        yield f"It led to {', '.join(f'#{each}' for each in view.leads_to)}."
    if view.story:
        yield f"Every row of it: lefi audit --run {view.story}"


def when(at_ns: int) -> str:
    return f"{numbers.moment(at_ns)}:{numbers.clock(at_ns)[6:]} UTC"


def data(view: StoryView) -> dict[str, Any]:
    """The story as one JSON value."""
    plain: dict[str, Any] = to_plain(view)
    kept = {name: plain[name] for name in plain if name not in {"is_ready", "done", "total"}}
    kept["correlation_id"] = kept.pop("story") or None
    kept["cause_id"] = kept.pop("cause") or None
    return kept
