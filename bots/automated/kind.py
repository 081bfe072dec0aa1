"""The kind of bot that runs a script; the desk knows it by `core.bot.BotKind` alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from msgspec.structs import replace

from bots.automated import near
from bots.automated.ceiling import ContractExceededError
from bots.automated.handover import family, handover
from bots.automated.moment import Moment
from bots.automated.plan import bind, start_refusal_of
from bots.automated.state import BotState, LastRun, decoded, encoded, first_state
from lefi_tui.core.bot import ConditionMet, Decision, Needs, Occasion, RunSeen, RunTrace, Snapshot
from lefi_tui.core.nearness import Nearness
from lefi_tui.core.rewriting import Family, Handover, Text
from lefi_tui.lang.maths import words
from lefi_tui.lang.program import ConditionSeen


class Automated:
    """All functions are pure: same event, same state, same answers, same decisions."""

    name: Final = "automated"

    def refused(self, source: str, settings: Mapping[str, str]) -> str:
        return start_refusal_of(source, settings)

    def needs(self, source: str, settings: Mapping[str, str]) -> Needs:
        return bind(source, settings).needs()

    def begin(self, source: str, settings: Mapping[str, str]) -> BotState:
        return first_state(source, settings)

    def rebind(self, state: BotState, source: str, settings: Mapping[str, str]) -> BotState:
        """States stay; indicators are computed again from stored candles."""
        fresh = first_state(source, settings)
        program = fresh.bound.program
        slots = program.carried_over(state.slots, state.bound.program)
        return replace(fresh, slots=slots, sent_ms=state.sent_ms, tickets=state.tickets)

    def handover(self, before: Text, after: Text, *, is_whole: bool) -> Handover:
        return handover(before, after, is_whole=is_whole)

    def held(self, state: BotState) -> Mapping[str, str]:
        program = state.bound.program
        return {name: words(state.slots[slot]) for name, slot in program.states.items()}

    def family(self, before: Text, after: Text) -> Family:
        return family(before, after)

    def decide(self, state: BotState, occasion: Occasion, snapshot: Snapshot) -> Decision:
        try:
            return Moment(state, occasion, snapshot).decision()
        except ContractExceededError as beyond:
            return Decision(state, fault=str(beyond))

    def why(self, state: BotState) -> str:
        last = state.last
        if last is None:
            return near.NEVER
        lines = [_head(state, last)]
        if not last.warming:
            seen = state.bound.program.explain(last.run)
            lines += [_condition(each) for each in seen]
        return "\n".join(lines)

    def explain(
        self, state: BotState, occasion: Occasion, snapshot: Snapshot
    ) -> tuple[RunSeen, ...]:
        moment = Moment(state, occasion, snapshot)
        try:
            runs = moment.decision().runs
        except ContractExceededError as beyond:
            runs = tuple(trace for trace, _ in moment.begun) or (RunTrace(0, "", str(beyond)),)
        program = state.bound.program
        met = {id(trace): program.explain(begun) for trace, begun in moment.begun}
        return tuple(RunSeen(each, _met(met.get(id(each), ()))) for each in runs)

    def nearness(self, state: BotState) -> Nearness:
        return near.of_last_runs(state)

    def nearness_at(self, state: BotState, occasion: Occasion, snapshot: Snapshot) -> Nearness:
        moment = Moment(state, occasion, snapshot)
        try:
            warming = moment.decision().warming
        except ContractExceededError as beyond:
            return Nearness(refusal=str(beyond))
        if warming:
            return Nearness(refusal=f"It is still warming up: {warming} are known.")
        return near.of_moment(state.bound, (begun for _, begun in moment.begun))

    def encode(self, state: BotState) -> Any:
        return encoded(state)

    def decode(self, source: str, settings: Mapping[str, str], data: Any) -> BotState:
        return decoded(source, settings, data)


def _met(seen: Iterable[ConditionSeen]) -> tuple[ConditionMet, ...]:
    return tuple(ConditionMet(each.line, each.text, each.outcome, each.values) for each in seen)


def _head(state: BotState, last: LastRun) -> str:
    moment = datetime.fromtimestamp(last.at_ms / 1_000, UTC)
    title = state.bound.titles[last.run.handler]
    return f"{moment:%Y-%m-%d %H:%M:%S} {title}: {last.outcome}"


def _condition(seen: ConditionSeen) -> str:
    values = ", ".join(f"{name} {value}" for name, value in seen.values)
    outcome = "yes" if seen.outcome else "no"
    return f"line {seen.line}: {seen.text} -> {outcome}" + (f" ({values})" if values else "")
