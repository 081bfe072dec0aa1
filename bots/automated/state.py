"""What an automated bot remembers between moments, and how it is written to a snapshot."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from bots.automated.plan import Bound, Value, bind
from lefi_tui.core.bars import Bucket


@dataclass(frozen=True, slots=True)
class LastRun:
    """The newest run that is worth telling: what it started from, and what came of it."""

    handler: int
    slots: list[Any]  # before it
    event: tuple[Value, ...]
    reads: tuple[float, ...]
    at_ms: int
    outcome: str
    warming: str = ""


@dataclass(frozen=True, slots=True)
class BotState:
    bound: Bound
    slots: list[Any]  # never changed in place
    buckets: tuple[Bucket, ...]  # candles in the making, on candle files
    due_ns: tuple[int, ...] = ()  # next dates of its timers, on candle files
    sent_ms: tuple[int, ...] = ()  # orders inside the policy's rate window
    last: LastRun | None = None


def first_state(source: str, settings: Mapping[str, str]) -> BotState:
    bound = bind(source, settings)
    return BotState(bound, bound.program.initial(), bound.buckets())


def encoded(state: BotState) -> Any:
    program = state.bound.program
    last = state.last
    return {
        "slots": program.encode(state.slots),
        "buckets": [asdict(each) for each in state.buckets],
        "due_ns": list(state.due_ns),
        "sent_ms": list(state.sent_ms),
        "last": None
        if last is None
        else {
            "handler": last.handler,
            "slots": program.encode(last.slots),
            "event": [_out(each) for each in last.event],
            "reads": [_out(each) for each in last.reads],
            "at_ms": last.at_ms,
            "outcome": last.outcome,
            "warming": last.warming,
        },
    }


def decoded(source: str, settings: Mapping[str, str], data: Any) -> BotState:
    bound = bind(source, settings)
    program, last = bound.program, data["last"]
    return BotState(
        bound,
        program.decode(data["slots"]),
        tuple(Bucket(**each) for each in data["buckets"]),
        tuple(data["due_ns"]),
        tuple(data["sent_ms"]),
        None
        if last is None
        else LastRun(
            last["handler"],
            program.decode(last["slots"]),
            tuple(_in(each) for each in last["event"]),
            tuple(float(_in(each)) for each in last["reads"]),
            last["at_ms"],
            last["outcome"],
            last["warming"],
        ),
    )


def _out(value: Value) -> Value | None:
    return None if isinstance(value, float) and math.isnan(value) else value


def _in(value: Value | None) -> Value:
    return math.nan if value is None else value
