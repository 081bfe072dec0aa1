"""The arrays that the loop runs on, and their way into Python's bot state and back."""

from __future__ import annotations

import ctypes
from array import array
from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from lefi_tui.simulate.machine import wanted_layout as ask
from lefi_tui.simulate.machine.columns import Columns, doubles
from lefi_tui.simulate.machine.compiled import Compiled
from lefi_tui.simulate.machine.machine_trial import MachineTrial
from lefi_tui.simulate.machine.steps import NOTES, slots_in
from lefi_tui.simulate.machine.timers import Due
from lefi_tui.simulate.prepared import Prepared


class LoopState:
    """Of one run."""

    def __init__(
        self, trial: MachineTrial, compiled: Compiled, prepared: Prepared, due: Due
    ) -> None:
        program = prepared.bound.program
        self._trial, self._compiled, self._due = trial, compiled, due
        self._reads, self._slots = program.reads, len(program.slots.first)
        self._s, self._s0 = (_floats(self._slots) for _ in range(2))
        self._r = _floats(len(program.reads))
        self._c, self._c0 = ((ctypes.c_int64 * len(NOTES))() for _ in range(2))
        self._a = _floats(ask.FLOATS)
        policy = program.policy
        self._a[ask.RATE_MS], self._a[ask.STEP] = policy.rate_per_ms, prepared.timeframe_ms
        self._i = self._asks(policy.rate_count)
        self._k = (ctypes.c_double * len(compiled.numbers)).from_buffer(compiled.numbers)
        self.given: tuple[Any, ...] = ()

    def _asks(self, rate: int) -> Any:
        templates, size = self._compiled.templates, rate + ask.ASKS_MAX + 1
        behind = templates.whole_numbers()
        ring_at = ask.BEHIND_ASKS + len(behind)
        whole: Any = (ctypes.c_int64 * (ring_at + size))()
        whole[ask.BEHIND_ASKS : ring_at] = behind
        whole[ask.TEMPLATES_AT], whole[ask.SITES] = ask.BEHIND_ASKS, templates.sites
        whole[ask.SITES_AT] = ring_at - ask.OF_SITE * templates.sites
        whole[ask.RATE_COUNT], whole[ask.RING_AT], whole[ask.RING_SIZE] = rate, ring_at, size
        return whole

    def give(self, columns: Columns, equity: array[float]) -> None:
        """The columns it runs on; the starting cash stands before the first close."""
        market, compiled = self._trial.loops.given, self._compiled
        closes = (ctypes.c_double * (len(equity) - 1)).from_buffer(equity, 8)
        candles = (doubles(columns.candles[each]) for each in compiled.kinds)
        opens, amiss = doubles(columns.opens), doubles(columns.amiss)
        due = doubles(self._due.column)
        self.given = (
            *(opens, amiss, due, self._s, self._s0, *market, self._a, self._i, self._k),
            *(self._c, self._c0, self._r, closes, *candles),
        )

    @property
    def why(self) -> int:
        """The loop came back."""
        return int(self._i[ask.WHY])

    @property
    def exposed(self) -> int:
        return int(self._i[ask.EXPOSED])

    @exposed.setter
    def exposed(self, count: int) -> None:
        self._i[ask.EXPOSED] = count

    @property
    def notes(self) -> Sequence[int]:
        """How many of each kind the loop counted."""
        return list(self._c)

    # ---- the bot's state

    def put_in(self) -> None:
        trial, i = self._trial, self._i
        self._s[: self._slots] = slots_in(trial.state.slots, self._compiled.texts)
        self._r[: len(self._reads)] = [trial.readings.read(key) for key in self._reads]
        self._a[ask.ELSEWHERE] = trial.others.holds()
        sent, at = trial.state.sent_ms, i[ask.RING_AT]
        i[at : at + len(sent)] = sent
        i[ask.RATE_FIRST], i[ask.RATE_HELD] = 0, len(sent)

    def take_out(self, columns: Columns, moment: int) -> None:
        """As it stands behind that moment."""
        trial, i = self._trial, self._i
        slots = self._compiled.places.out(self._s[: self._slots], self._compiled.texts)
        known = trial.state.buckets
        buckets = tuple(columns.bucket(each, moment) for each in known) if moment >= 0 else known
        at, first, size = i[ask.RING_AT], i[ask.RATE_FIRST], i[ask.RING_SIZE]
        sent = tuple(i[at + (first + each) % size] for each in range(i[ask.RATE_HELD]))
        trial.state = replace(
            trial.state,
            slots=slots,
            buckets=buckets,
            due_ns=self._due.behind(moment),
            sent_ms=sent,
        )


def _floats(count: int) -> Any:
    return (ctypes.c_double * max(count, 1))()
