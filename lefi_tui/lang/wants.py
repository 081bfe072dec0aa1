"""What a script's orders ask of their markets beside price and size: by line, before it runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, assert_never

from lefi_tui.core.offers import LEVERAGE, Want
from lefi_tui.lang.blueprint import Blueprint
from lefi_tui.lang.form import (
    Ask,
    Await,
    Finish,
    Form,
    Leave,
    Let,
    Loop,
    Op,
    Plan,
    Put,
    Signal,
    Tell,
    Trade,
    V,
    When,
    Whole,
)
from lefi_tui.lang.ranges import Ranges

_PLAIN: Final = frozenset({"stop_loss", "take_profit", "trail"})
_FLAGS: Final = frozenset({"post_only", "reduce_only"})
_TIF: Final = "tif"


def wants_of(program: Blueprint) -> tuple[Want, ...]:
    line_of = {each.number: each.line for each in program.sites}
    return tuple(dict.fromkeys(want for form in program.forms for want in _of_form(form, line_of)))


def _of_form(form: Form, line_of: dict[int, int]) -> Iterator[Want]:
    ranges = Ranges((*form.always, *form.steps, *form.after))
    for trade in trades_of((*form.always, *form.steps, *form.after)):
        if trade.symbol and trade.action in {"buy", "sell"}:
            yield from _of_trade(trade, line_of.get(trade.site, 0), ranges)


def _of_trade(trade: Trade, line: int, ranges: Ranges) -> Iterator[Want]:
    for name, _, value in trade.named:
        if name == LEVERAGE:
            yield Want(trade.symbol, LEVERAGE, line, ranges.of(value).high)
        elif name == _TIF and value.value != "GTC":
            yield Want(trade.symbol, str(value.value), line)
        elif name in _PLAIN or (name in _FLAGS and not _is_never(value)):
            yield Want(trade.symbol, name, line)


def _is_never(value: V) -> bool:
    return value.op == "const" and not value.value


def trades_of(ops: Iterable[Op]) -> Iterator[Trade]:
    """Every transaction in these, wherever it stands."""
    for op in ops:
        match op:
            case Trade():
                yield op
            case Await():
                yield op.trade
            case When() | Ask() | Whole():
                yield from trades_of((*op.then, *op.other))
            case Finish():
                yield from trades_of(op.then)
            case Let() | Put() | Loop() | Tell() | Signal() | Plan() | Leave():
                continue
            case _:
                assert_never(op)
