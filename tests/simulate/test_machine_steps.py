"""A step in machine code against the generated Python: operators by chance, to the last bit."""

from __future__ import annotations

import ctypes
import math
import random
import struct
from typing import Final

import pytest

from lefi_tui.lang.form import Form, Let, Loop, Op, Put, V, When
from lefi_tui.lang.python_way import generate
from lefi_tui.simulate.machine.code import coded
from lefi_tui.simulate.machine.compiled import maths_text
from lefi_tui.simulate.machine.dialect import translate
from lefi_tui.simulate.machine.kinds import Kinds, Texts
from lefi_tui.simulate.machine.steps import Shared, Writer, placed
from lefi_tui.simulate.machine.trade_steps import Templates

SLOTS: Final = 6  # that are read; one more for each tree that is written
TREES: Final = 80
ROUNDS: Final = 200
PAIRS: Final = ("add", "sub", "mul", "div", "mod", "pow", "min", "max", "coalesce")
ONES: Final = ("neg", "abs", "finite", "round", "floor", "ceil", "sqrt", "log", "exp")
TIMES: Final = ("hour", "minute", "weekday", "day", "month")
TESTS: Final = ("lt", "le", "gt", "ge", "eq", "ne", "same", "differs")
HARD: Final = (
    *(0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 2.5, -2.5, 1e-320, -1e-320, 1e308, -1e308, 3.0, 7.0),
    *(math.nan, math.inf, -math.inf, 0.1, 1 / 3, 2.0**52 + 0.5, 709.9, -745.2, 1e16, -1e16),
)


def number(chance: random.Random, depth: int) -> V:
    if depth <= 0 or chance.random() < 0.1:
        if chance.random() < 0.3:
            return V("const", value=chance.choice(HARD))
        return V("slot", value=chance.randrange(SLOTS))
    pick = chance.random()
    if pick < 0.55:
        op = chance.choice(PAIRS)
        return V(op, (number(chance, depth - 1), number(chance, depth - 1)))
    if pick < 0.85:
        return V(chance.choice(ONES), (number(chance, depth - 1),))
    given = (truth(chance, depth - 1), number(chance, depth - 1), number(chance, depth - 1))
    return V("choice", given)


def truth(chance: random.Random, depth: int) -> V:
    pick = chance.random()
    if depth > 1 and pick < 0.3:
        return V(chance.choice(("and", "or")), (truth(chance, depth - 1), truth(chance, depth - 1)))
    if depth > 1 and pick < 0.4:
        return V("not", (truth(chance, depth - 1),))
    if pick < 0.6:
        return V(chance.choice(("isnone", "isthere")), (number(chance, depth - 1),))
    return V(chance.choice(TESTS), (number(chance, depth - 1), number(chance, depth - 1)))


def form_of(ops: tuple[Op, ...], count_slot: int) -> Form:
    return Form(ops, (), (), 0, count_slot, (), 0)


class Both:
    """One form by both ways."""

    def __init__(self, ops: tuple[Op, ...], slots: int) -> None:
        form = form_of(ops, slots)
        kinds = Kinds()
        while not kinds.is_settled:
            kinds.is_settled = True
            kinds.learn(0, ops)
        shared = Shared(kinds, Texts(), Templates({}))
        text = placed(Writer(0, shared).function(form, 0), range(slots + 1))
        doubles, wholes = ctypes.POINTER(ctypes.c_double), ctypes.POINTER(ctypes.c_int64)
        takes = [*[doubles] * 4, wholes, doubles, wholes, doubles, wholes]
        scope = {"NAN": math.nan, "INF": math.inf}
        module = translate([maths_text(), (text, scope)], "steps")
        self.numbers = shared.numbers.values or [0.0]
        self.code = coded(module, {"step_0": (ctypes.c_int64, takes)})
        self.python = generate(form, traced=False).run
        self.count = slots + 1

    def differ(self, first: list[float]) -> list[int]:
        slots = [*first, *[0.0] * (self.count - len(first))]
        machine = (ctypes.c_double * self.count)(*slots)
        empty, counts = (ctypes.c_double * 1)(), (ctypes.c_int64 * 1)()
        numbers = (ctypes.c_double * len(self.numbers))(*self.numbers)
        given = (empty, machine, empty, empty, counts, empty, counts, numbers, counts)
        assert self.code.functions["step_0"](*given) == 0
        python = self.python(slots, (), ())[0]
        pairs = enumerate(zip(machine, python, strict=True))
        return [place for place, (a, b) in pairs if _bits(a) != _bits(b)]


def _bits(value: float) -> bytes:
    """A missing number is one, whatever its sign."""
    return b"none" if math.isnan(value) else struct.pack("<d", float(value))


def test_every_operator_gives_the_same_bits() -> None:
    chance = random.Random(8)
    trees = [number(chance, 3) for _ in range(TREES)]
    trees += [truth(chance, 3) for _ in range(TREES // 4)]
    ops = tuple(Put(SLOTS + place, None, each) for place, each in enumerate(trees))
    both = Both(ops, SLOTS + len(trees))
    for _ in range(ROUNDS):
        first = [
            chance.choice(HARD) if chance.random() < 0.4 else chance.gauss(0, 50)
            for _ in range(SLOTS)
        ]
        assert both.differ(first) == []


def test_dates_give_the_same_bits() -> None:
    """Of 1970 to 9999, leap days among them."""
    chance = random.Random(9)
    ops = tuple(
        Put(1 + place, None, V(op, (V("slot", value=0),))) for place, op in enumerate(TIMES)
    )
    both = Both(ops, 1 + len(TIMES))
    edges = [day * 86_400_000.0 + more for day in range(0, 200_000, 61) for more in (0.0, -1.0)]
    for ms in (*edges[1:], *(float(chance.randrange(253_402_300_799_999)) for _ in range(2_000))):
        assert both.differ([ms]) == [], ms


def test_loops_windows_and_branches_write_the_same_slots() -> None:
    turn = V("temp", value="i")
    total = V("temp", value="s")
    ops: tuple[Op, ...] = (
        Let("s", V("const", value=0.0)),
        Loop("i", SLOTS, (Let("s", total + V("at", (turn,), 0)),)),
        Put(0, V("mod", (V("slot", value=SLOTS + 1), V("const", value=float(SLOTS)))), total),
        When(total > 3.0, (Put(SLOTS, None, total),), (Put(SLOTS, None, V("const", value=True)),)),
    )
    both = Both(ops, SLOTS + 1)
    chance = random.Random(10)
    for _ in range(200):
        assert both.differ([chance.gauss(0, 2) for _ in range(SLOTS)]) == []


@pytest.mark.parametrize("kind", ["slot", "temp"])
def test_a_truth_that_is_kept_reads_the_same(kind: str) -> None:
    is_more = V("gt", (V("slot", value=0), V("const", value=1.0)))
    kept = V("slot", value=1) if kind == "slot" else V("temp", value="t")
    ops: tuple[Op, ...] = (
        Put(1, None, is_more),
        Let("t", is_more),
        Put(2, None, V("eq", (kept, V("const", value=1.0)))),
        When(kept, (Put(3, None, V("not", (kept,))),)),
    )
    both = Both(ops, 4)
    assert [both.differ([each]) for each in (0.0, 1.5, math.nan)] == [[], [], []]
