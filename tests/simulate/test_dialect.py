"""Machine code of the dialect says what the same text says as Python, to the last bit."""

from __future__ import annotations

import ctypes
import gc
import math
import sys
import threading
import weakref
from random import Random
from types import FrameType, ModuleType
from typing import Any, Final

import pytest

from lefi_tui.simulate.machine import eights, market_layout, words
from lefi_tui.simulate.machine.code import Code, coded
from lefi_tui.simulate.machine.dialect import translate
from lefi_tui.simulate.machine.dialect_values import DialectError

TEXT: Final = """
def fused(x: float, y: float, z: float) -> float:
    return x * y + z

def rounded(x: float, y: float, z: float) -> float:
    return floor(x) / y + ceil(x) * z + nearest(x * y)

def cut(x: float, y: float, z: float) -> float:
    return copysign(1.0, floor(x)) + copysign(2.0, ceil(x)) + copysign(4.0, nearest(x))

def powered(x: float, y: float, z: float) -> float:
    return pow(x, 2.0)

def chosen(x: float, y: float, z: float) -> float:
    return min(x, y) + 2 * max(y, z) + (1 if x != x else 0) + (1 if not x < y else 0)

def swapped(x: float, y: float, z: float) -> float:
    x, y = y, x
    a = b = x - y
    return a * b * z + layout.ORDERS

def counted(x: float, y: float, z: float) -> float:
    total = 0.0
    for number in range(5):
        if number == 3:
            continue
        total += x * number - y
        while total > abs(z):
            total = total / 2 - 1
    return total

def abreast(x: float, y: float, z: float) -> float:
    numbers = floats(20)
    for each in range(20):
        numbers[each] = x * each - y
    eights = eight(numbers, 3)
    others = lesser(z + y * eights / 3.0, alone(x)) - spread(z)
    put_eight(numbers, 5, others)
    told = part(others, 6) + times(eights < others) + 8 * times(eights >= z) + numbers[6]
    count = leading(eights > others)
    told = told + 64 * count
    if count > 0:
        rest = where(both(below(count), others > y), eights, alone(z))
        told = told + part(rest, 0) + part(rest, count - 1)
    return told + (100.0 if some(others > y) or some(others <= eights + x) else 0.0)
"""
NAMES: Final = ("fused", "rounded", "cut", "powered", "chosen", "swapped", "counted", "abreast")
_TAKES: Final = (ctypes.c_double,) * 3


def _ways() -> tuple[Code, ModuleType]:
    wanted = dict.fromkeys(NAMES, (ctypes.c_double, _TAKES))
    code = coded(translate([(TEXT, {"layout": market_layout})], "test"), wanted)
    plain = ModuleType("plain")
    known: dict[str, Any] = {**vars(words), **vars(eights), "layout": market_layout}
    plain.__dict__.update(known, copysign=math.copysign, pow=math.pow)
    exec(TEXT, plain.__dict__)
    return code, plain


def test_a_function_that_is_held_keeps_the_code_that_nobody_holds() -> None:
    code, plain = _ways()
    fused, is_freed = code.functions["fused"], threading.Event()
    weakref.finalize(code.engine, is_freed.set)
    del code
    gc.collect()
    assert not is_freed.is_set()
    assert fused(2.0, 3.0, 4.0) == plain.fused(2.0, 3.0, 4.0)
    del fused
    gc.collect()
    assert is_freed.is_set()


def _numbers(chance: Random) -> tuple[float, float, float]:
    usual = [chance.uniform(-3, 3), chance.uniform(-1e6, 1e6), round(chance.uniform(-9, 9)) / 2]
    one, other, third = (chance.choice([*usual, -0.3, -0.0, 0.5]) for _ in range(3))
    return one, other or 1.0, third


def test_each_function_answers_the_same_double_both_ways() -> None:
    code, plain = _ways()
    chance = Random(8)
    for _ in range(3_000):
        given = _numbers(chance)
        for name in NAMES:
            expected, got = getattr(plain, name)(*given), code.functions[name](*given)
            assert repr(got) == repr(float(expected)), (name, given)


def test_what_is_not_a_number_is_compared_as_python_does() -> None:
    code, plain = _ways()
    for given in ((math.nan, 1.0, 2.0), (1.0, math.nan, 2.0), (1.0, 2.0, math.nan)):
        assert repr(code.functions["chosen"](*given)) == repr(plain.chosen(*given))


def test_a_product_and_a_sum_are_not_fused() -> None:
    """0.1 * 10 is 1 when it is rounded first; fused with -1 it would leave 5.6e-17."""
    code, _ = _ways()
    assert code.functions["fused"](0.1, 10.0, -1.0) == 0.0


def test_a_square_is_the_library_s() -> None:
    code, _ = _ways()
    chance = Random(2)
    for _ in range(20_000):
        value = chance.uniform(0.5, 2.0)
        assert code.functions["powered"](value, 0.0, 0.0) == math.pow(value, 2.0)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("return x ** 2", "no arithmetic of the dialect"),
        ("return y", "has no value yet"),
        ("return print(x)", "calls what the dialect does not know"),
        ("return words.ORDERS", "is no constant of a module"),
        ("if x:\n        return 1.0\n    return 2.0", "compare it"),
        ("return 1 < x < 2", "compares more than two"),
        ("x, z = x", "takes no value"),
        ("import os", "no statement of the dialect"),
    ],
)
def test_a_word_outside_the_dialect_is_refused_by_its_line(body: str, told: str) -> None:
    with pytest.raises(DialectError, match=told) as caught:
        translate([(f"def f(x: float) -> float:\n    {body}\n", {})], "test")
    assert "line 2" in str(caught.value)


def test_twice_the_choices_are_twice_the_work_of_a_translation() -> None:
    few, many = _lines_of_a_translation(100), _lines_of_a_translation(200)
    assert many < 2.1 * few


def _lines_of_a_translation(choices: int) -> int:
    """How many Python carries out."""
    choice = "    if x > z:\n        z = z + y\n    else:\n        z = z - y\n"
    text = f"def f(x: float, y: float) -> float:\n    z = 0.0\n{choice * choices}    return z\n"
    lines = 0

    def traced(_frame: FrameType, event: str, _given: object) -> Any:
        nonlocal lines
        lines += event == "line"
        return traced

    outer = sys.gettrace()
    sys.settrace(traced)
    try:
        translate([(text, {})], "test")
    finally:
        sys.settrace(outer)
    return lines
