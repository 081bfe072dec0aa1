"""What an automated bot remembers between moments, and how it is written to a snapshot."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import to_builtins

from bots.automated.plan import Bound, bind
from bots.automated.waits import (
    Queued,
    WaitingRun,
    queued_in,
    queued_out,
    run_in,
    run_out,
    waiting_in,
    waiting_out,
)
from lefi_tui.core.bars import Bucket
from lefi_tui.core.record import Record
from lefi_tui.lang.program import Program
from lefi_tui.lang.waiting import Begun


class LastRun(Record):
    """The newest run that is worth telling: from where it began to where it stood."""

    run: Begun
    at_ms: int
    outcome: str
    warming: str = ""


class BotState(Record):
    bound: Bound
    slots: list[Any]  # never changed in place
    buckets: tuple[Bucket, ...]  # candles in the making, on candle files
    due_ns: tuple[int, ...] = ()  # next dates of its timers, on candle files
    sent_ms: tuple[int, ...] = ()  # orders inside the policy's rate window
    last: LastRun | None = None
    waiting: tuple[WaitingRun, ...] = ()
    queued: tuple[Queued, ...] = ()
    tickets: int = 0  # how many waits there have been: each has a number of its own
    is_finalized: bool = False  # the script is done
    others: tuple[LastRun, ...] = ()  # the newest run of each handler but that of `last`


def first_state(source: str, settings: Mapping[str, str]) -> BotState:
    bound = bind(source, settings)
    return BotState(bound, bound.program.initial(), bound.buckets())


def encoded(state: BotState) -> Any:
    program = state.bound.program
    last = state.last
    return {
        "slots": program.encode(state.slots),
        "buckets": [to_builtins(each) for each in state.buckets],
        "due_ns": list(state.due_ns),
        "sent_ms": list(state.sent_ms),
        "last": None if last is None else _last_out(program, last),
        "others": [_last_out(program, each) for each in state.others],
        "waiting": [waiting_out(program, each) for each in state.waiting],
        "queued": [queued_out(each) for each in state.queued],
        "tickets": state.tickets,
        "is_finalized": state.is_finalized,
    }


def decoded(source: str, settings: Mapping[str, str], data: Any) -> BotState:
    """Snapshots from before runs could wait know nothing of waiting, and their last run is flat."""
    bound = bind(source, settings)
    program, last = bound.program, data["last"]
    return BotState(
        bound,
        program.decode(data["slots"]),
        tuple(Bucket(**each) for each in data["buckets"]),
        tuple(data["due_ns"]),
        tuple(data["sent_ms"]),
        None if last is None else _last_in(program, last),
        tuple(waiting_in(program, each) for each in data.get("waiting", ())),
        tuple(queued_in(each) for each in data.get("queued", ())),
        data.get("tickets", 0),
        data.get("is_finalized", False),
        tuple(_last_in(program, each) for each in data.get("others", ())),
    )


def _last_out(program: Program, last: LastRun) -> dict[str, Any]:
    return {
        "run": run_out(program, last.run),
        "at_ms": last.at_ms,
        "outcome": last.outcome,
        "warming": last.warming,
    }


def _last_in(program: Program, data: Any) -> LastRun:
    run = run_in(program, data.get("run", data))
    return LastRun(run, data["at_ms"], data["outcome"], data["warming"])
