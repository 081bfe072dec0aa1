"""What one check finds, and the words that all checks share."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Context, Decimal
from typing import Final

from lefi_tui.core.money import words
from lefi_tui.core.record import Record
from lefi_tui.core.risk.facts import Facts, GateRequest
from lefi_tui.core.risk.limits import Limits

NOT_KNOWN: Final = "not known"
_HUNDREDTH: Final = Decimal("0.01")
_WIDE: Final = Context(prec=1_000)  # a script may ask for any size: it is refused in words


class Found(Record):
    """`why` is the refusal in words, where it does not pass: why and what next."""

    value: str
    bound: str
    is_ok: bool
    why: str = ""
    is_unknown: bool = False


Look = Callable[[GateRequest, Limits, Facts], Found]


class Check(Record):
    """One row of the table. `setting` is the limit that puts it in force."""

    name: str
    code: str
    setting: str
    look: Look
    is_hard: bool = True


def short(value: Decimal | float) -> str:
    """With two digits after the point: enough to compare, for people."""
    return words(Decimal(value).quantize(_HUNDREDTH, context=_WIDE))


def percent(share: Decimal) -> str:
    return f"{short(share * 100)} %"


def money(amount: Decimal, currency: str) -> str:
    return f"{short(amount)} {currency}"


def at_most(value: Decimal, bound: Decimal, said: tuple[str, str], why: str) -> Found:
    is_ok = value <= bound
    return Found(*said, is_ok, "" if is_ok else why)


def unknown(bound: str, why: str) -> Found:
    """What is not known is not guessed: an entry waits for it."""
    return Found(NOT_KNOWN, bound, is_ok=False, why=why, is_unknown=True)


def old_mark(facts: Facts) -> str:
    """Why an account's worth is not known now; empty when it is."""
    if facts.old_marks:
        what = ", ".join(facts.old_marks)
        return f"What is open can't be valued: {what}. Wait until its prices come again."
    if facts.worth is None:
        return "Nothing is known of the account's worth yet. Try again in a moment."
    return ""


def not_seen(symbol: str, what: str) -> str:
    return f"{what} of {symbol} was not told in the last 30 s. Try again when the feed is up."


def few_candles(symbol: str, count: int, needed: int) -> str:
    return (
        f"{count} hourly candles of {symbol} are known, {needed} are needed. "
        "Wait for its history, or unset the limit."
    )
