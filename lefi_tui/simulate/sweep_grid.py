"""What a sweep varies: from `fast=5..50:5` to the values of each setting, and all combinations.

The rule it keeps: a sweep that can't be carried out whole is refused before its first candle.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import product
from typing import Final

from bots.automated.plan import refusal_of
from lefi_tui.errors import SweepError
from lefi_tui.lang.script_pass import SettingInfo
from lefi_tui.lang.tokens import UNIT_MS
from lefi_tui.requests import Over
from lefi_tui.views.sweep_view import SweepAxis

CELLS_MAX: Final = 100_000
_PART: Final = re.compile(r"(-?\d+(?:\.\d+)?) ?([%A-Za-z]*)")
_WORDS: Final = frozenset({"text", "symbol", "list", "bool", "time", "none"})
_PERCENT: Final = "%"

Settings = tuple[tuple[str, str], ...]


def axes_of(over: Sequence[Over], known: Sequence[SettingInfo]) -> tuple[SweepAxis, ...]:
    """The values of each setting that is varied, as Lefi text."""
    if not over:
        raise SweepError("nothing is varied", where="--over")
    kinds = {each.name: each for each in known}
    axes: list[SweepAxis] = []
    for each in over:
        if each.name in {axis.name for axis in axes}:
            raise SweepError(f"`{each.name}` is varied twice", where=f"--over {each}")
        axes.append(SweepAxis(each.name, _values(each, _setting(each, kinds))))
    cells = math.prod(len(axis.values) for axis in axes)
    if cells > CELLS_MAX:
        sizes = " x ".join(f"{len(axis.values):,}" for axis in axes)
        raise SweepError(
            f"{sizes} are {cells:,} runs; {CELLS_MAX:,} are the most",
            where="--over",
            next_step="Take longer steps or narrower bounds, or vary fewer settings at a time",
        )
    return tuple(axes)


def cells_of(axes: Sequence[SweepAxis]) -> Iterator[Settings]:
    """Every combination; the last axis runs fastest."""
    names = [each.name for each in axes]
    for values in product(*(each.values for each in axes)):
        yield tuple(zip(names, values, strict=True))


def check_ends(axes: Sequence[SweepAxis], source: str, settings: Mapping[str, str]) -> None:
    """The first two values of each axis and its last one suit the script, the others at theirs."""
    for axis in axes:
        for value in dict.fromkeys((*axis.values[:2], axis.values[-1])):
            refusal = refusal_of(source, {**settings, axis.name: value})
            if refusal:
                raise SweepError(
                    f"the script can't run with {axis.name}={value}: {refusal}",
                    where=f"--over {axis.name}",
                    next_step="Give it bounds and a step that suit the script",
                )


def _setting(over: Over, known: Mapping[str, SettingInfo]) -> SettingInfo:
    found = known.get(over.name)
    if found is None:
        has = f"it has {', '.join(sorted(known))}" if known else "it has none"
        raise SweepError(f"the script has no setting `{over.name}`; {has}", where=f"--over {over}")
    if found.kind in _WORDS:
        raise SweepError(
            f"`{over.name}` is a {found.kind}, and only numbers have steps",
            where=f"--over {over}",
            next_step=f"Run it once for each: lefi backtest … --set {over.name}=…",
        )
    return found


def _values(over: Over, setting: SettingInfo) -> tuple[str, ...]:
    low, high, step, unit = _numbers(over, setting)
    if step <= 0:
        raise SweepError("its step is not above 0", where=f"--over {over}")
    if low > high:
        raise SweepError("its bounds hold no value: the first is above the last",
                         where=f"--over {over}")  # fmt: skip
    count = int((high - low) / step) + 1
    if count > CELLS_MAX:
        raise SweepError(
            f"it has {count:,} values; {CELLS_MAX:,} runs are the most",
            where=f"--over {over}",
            next_step="Take a longer step or narrower bounds",
        )
    return tuple(f"{_plain(low + step * number)}{unit}" for number in range(count))


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _numbers(over: Over, setting: SettingInfo) -> tuple[Decimal, Decimal, Decimal, str]:
    """The unit stands at any of the three; durations may differ in it."""
    parts = [_PART.fullmatch(each) for each in (over.low, over.high, over.step)]
    if any(each is None for each in parts):
        raise SweepError("it is not made of three numbers", where=f"--over {over}")
    found = [(Decimal(each[1]), each[2]) for each in parts if each is not None]
    units = {unit for _, unit in found if unit}
    if setting.kind == "duration" and units and units <= set(UNIT_MS):
        least = min(units, key=lambda each: UNIT_MS[each])
        scale = [Decimal(UNIT_MS[unit or least]) / Decimal(UNIT_MS[least]) for _, unit in found]
        low, high, step = (value * each for (value, _), each in zip(found, scale, strict=True))
        return low, high, step, least
    if len(units) > 1 or (setting.kind == "percent") != (units == {_PERCENT}):
        example = f"{over.name}=1%..5%:1%" if setting.kind == "percent" else f"{over.name}=1..5:1"
        raise SweepError(
            f"`{over.name}` is a {setting.kind}, now {setting.value}; its units don't fit",
            where=f"--over {over}",
            next_step=f"Write it as --over {example}",
        )
    low, high, step = (value for value, _ in found)
    unit = "".join(units)
    return low, high, step, f" {unit}" if setting.kind == "amount" and unit else unit
