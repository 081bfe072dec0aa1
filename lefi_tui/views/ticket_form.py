"""The order ticket as a person fills it: choices and what is typed, and the order that it asks for.

What can't be read is said in words; the rules of trading are the desk's.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, Final

from lefi_tui.core.messages import PlaceOrder
from lefi_tui.core.order import ExitPlan, Level, LevelKind, Side, Size, SizeKind, TimeInForce
from lefi_tui.core.record import Record

HUNDRED: Final = Decimal(100)
LONG: Final = 24  # letters of a number that anybody types
THOUSANDS: Final = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d+)?")


class Unit(StrEnum):
    """What the size is said in."""

    UNITS = "units"
    MONEY = "money"
    PERCENT = "% of free cash"
    RISK = "money at risk"


class Form(Record):
    account: str
    symbol: str
    side: Side = Side.BUY
    is_limit: bool = True
    unit: Unit = Unit.UNITS
    size: str = ""
    price: str = ""
    stop: str = ""
    target: str = ""
    leverage: str = ""
    time_in_force: TimeInForce = TimeInForce.GTC
    is_reduce_only: bool = False
    is_post_only: bool = False


class UnreadableError(ValueError):
    """What is typed is no number; the words say which field."""


def number(text: str, field: str) -> Decimal | None:
    """None where nothing is typed."""
    typed = text.strip()
    if "," in typed and not THOUSANDS.fullmatch(typed):
        raise UnreadableError(
            f"{field}: {typed[:LONG]!r} can't be read: a comma stands between thousands only; "
            f"write {_pointed(typed)} with a point."
        )
    plain = typed.replace("_", "").replace(",", "")
    if not plain:
        return None
    try:
        value = Decimal(plain) if len(plain) <= LONG else Decimal("NaN")
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite():
        raise UnreadableError(f"{field}: {text.strip()[:LONG]!r} is no number.")
    return value


def _pointed(typed: str) -> str:
    """What may have been meant."""
    meant = typed.replace(",", ".")
    return meant if re.fullmatch(r"[+-]?\d{1,12}\.\d{1,12}", meant) else "0.01"


def level(text: str, field: str) -> Level | None:
    """A price, or a share of the entry's with its `%`."""
    plain = text.strip()
    value = number(plain.removesuffix("%"), field)
    if value is None:
        return None
    if value <= 0:
        raise UnreadableError(f"{field}: {plain} is no price and no distance; more than 0.")
    if plain.endswith("%"):
        return Level(LevelKind.PERCENT, value / HUNDRED)
    return Level(LevelKind.PRICE, value)


def command_of(form: Form, *, is_confirmed: bool = False) -> PlaceOrder | str:
    """The order that is asked for; or what can't be read, in words."""
    try:
        return _command(form, is_confirmed=is_confirmed)
    except UnreadableError as error:
        return str(error)


def _command(form: Form, *, is_confirmed: bool) -> PlaceOrder | str:
    asked = number(form.size, "size")
    if asked is None:
        return f"Give a size in {form.unit}."
    limit = number(form.price, "price") if form.is_limit else None
    if form.is_limit and limit is None:
        return "A limit order needs a price; m takes the best on your side."
    is_risk = form.unit is Unit.RISK
    sized: dict[str, Any] = {"risk": asked} if is_risk else {"size": _size(form.unit, asked)}
    return PlaceOrder(
        form.account,
        form.symbol,
        form.side,
        limit=limit,
        exits=ExitPlan(level(form.stop, "stop"), level(form.target, "target")),
        time_in_force=form.time_in_force,
        is_reduce_only=form.is_reduce_only,
        is_post_only=form.is_post_only,
        leverage=number(form.leverage, "leverage"),
        is_confirmed=is_confirmed,
        **sized,
    )


def _size(unit: Unit, asked: Decimal) -> Size:
    if unit is Unit.UNITS:
        return Size(SizeKind.UNITS, asked)
    if unit is Unit.MONEY:
        return Size(SizeKind.WORTH, asked)
    return Size(SizeKind.SHARE, asked / HUNDRED)


def part_of(text: str) -> tuple[Decimal | None, Decimal | None]:
    """The share of a position that is to be closed, or units; neither is all of it."""
    plain = text.strip()
    value = number(plain.removesuffix("%"), "part")
    if value is None:
        return None, None
    return (value / HUNDRED, None) if plain.endswith("%") else (None, value)
