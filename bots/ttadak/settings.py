"""What a game may be set to: one table of names, defaults and bounds, for forms and the game.

Shares are of the margin. Prices and money are in quote, sizes in base.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Final

from bots.ttadak.arithmetic import Liquidity
from lefi_tui.core.game import Plan
from lefi_tui.core.record import Record

SIZES: Final = 5  # of keys 1 to 5
PERCENT: Final = Decimal("0.01")


class Settings(Record):
    symbol: str
    leverage: Decimal
    target: Decimal  # net, a game
    stop: Decimal  # before its fee
    sizes: tuple[Decimal, ...]
    entry: Liquidity
    slip_ticks: int  # how far beyond the best price an entry that crosses may pay
    plan: Plan
    entry_ms: int  # the entry is canceled then
    game_ms: int  # what is open is closed then; 0: never
    idle_ms: int
    stale_ms: int
    repeat_ms: int  # two presses nearer than this are one
    held_ms: int  # the same for one key: a held key repeats itself after about half a second
    losses_max: int  # one after another, since it was armed
    loss_max: Decimal  # of the session; 0: none
    games_max: int  # of the session; 0: none
    clock_ms: int  # how far the exchange's clock may be from ours


class _Number(Record):
    default: str
    low: Decimal
    high: Decimal
    is_whole: bool = False
    unit: str = ""

    def wrong(self, name: str, text: str) -> str:
        try:
            value = Decimal(text)
        except InvalidOperation:
            return f"{name} is a number, not {text[:20]!r}."
        whole = not self.is_whole or value == value.to_integral_value()
        if value.is_finite() and self.low <= value <= self.high and whole:
            return ""
        kind = "a whole number" if self.is_whole else "a number"
        unit = f" {self.unit}" if self.unit else ""
        return f"{name} is {kind} from {self.low} to {self.high}{unit}, not {text[:20]}."


def _number(default: str, low: str, high: str, unit: str = "") -> _Number:
    return _Number(default, Decimal(low), Decimal(high), unit=unit)


def _count(default: int, low: int, high: int, unit: str = "") -> _Number:
    return _Number(str(default), Decimal(low), Decimal(high), is_whole=True, unit=unit)


NUMBERS: Final[Mapping[str, _Number]] = MappingProxyType(
    {
        "leverage": _count(100, 1, 125),
        "target": _number("1", "0.01", "100", "% of margin"),
        "stop": _number("30", "0.1", "100", "% of margin"),
        "slip_ticks": _count(2, 0, 1_000, "ticks"),
        "entry_ms": _count(5_000, 100, 600_000, "ms"),
        "game_s": _count(0, 0, 86_400, "s; 0: no limit"),
        "idle_s": _count(60, 5, 3_600, "s"),
        "stale_ms": _count(500, 50, 60_000, "ms"),
        "repeat_ms": _count(150, 50, 2_000, "ms"),
        "held_ms": _count(700, 50, 5_000, "ms"),
        "losses_max": _count(3, 1, 100, "games"),
        "loss_max": _number("0", "0", "1000000000", "of quote; 0: no limit"),
        "games_max": _count(0, 0, 100_000, "games; 0: no limit"),
        "clock_ms": _count(250, 10, 5_000, "ms"),
    }
)
CHOICES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "entry": ("cross", "maker"),
        "plan": (Plan.ON_FILL.value, Plan.ATTACH.value, Plan.BATCH.value, Plan.PARALLEL.value),
    }
)
DEFAULTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "symbol": "BTC/USDT:USDT",
        "sizes": "0.001 0.002 0.005 0.01 0.02",
        **{name: each.default for name, each in NUMBERS.items()},
        **{name: each[0] for name, each in CHOICES.items()},
    }
)


def refusal(settings: Mapping[str, str]) -> str:
    """Why these can't be played, in words; empty when they can."""
    unknown = [name for name in settings if name not in DEFAULTS]
    if unknown:
        return f"A game has no setting {unknown[0]!r}; it has {', '.join(DEFAULTS)}."
    given = {**DEFAULTS, **settings}
    wrong = [each.wrong(name, given[name]) for name, each in NUMBERS.items()]
    wrong += [
        f"{name} is {' or '.join(known)}, not {given[name][:20]!r}."
        for name, known in CHOICES.items()
        if given[name] not in known
    ]
    wrong.append(_sizes_wrong(given["sizes"]))
    if not given["symbol"].strip():
        wrong.append("A game needs a market: symbol, such as BTC/USDT:USDT.")
    return next((each for each in wrong if each), "")


def _sizes_wrong(text: str) -> str:
    ask = f"sizes are 1 to {SIZES} numbers of base above 0, such as 0.001 0.01"
    try:
        sizes = _sizes(text)
    except InvalidOperation:
        return f"{ask}, not {text[:40]!r}."
    is_right = 1 <= len(sizes) <= SIZES and all(each.is_finite() and each > 0 for each in sizes)
    return "" if is_right else f"{ask}, not {text[:40]!r}."


def _sizes(text: str) -> tuple[Decimal, ...]:
    return tuple(Decimal(each) for each in text.replace(",", " ").split())


def settings_of(settings: Mapping[str, str]) -> Settings:
    """As a game reads them; raises AssertionError where `refusal` has words."""
    assert not refusal(settings), settings
    given = {**DEFAULTS, **settings}
    number = {name: Decimal(given[name]) for name in NUMBERS}
    return Settings(
        symbol=given["symbol"].strip(),
        leverage=number["leverage"],
        target=number["target"] * PERCENT,
        stop=number["stop"] * PERCENT,
        sizes=_sizes(given["sizes"]),
        entry=Liquidity.MAKER if given["entry"] == "maker" else Liquidity.TAKER,
        slip_ticks=int(number["slip_ticks"]),
        plan=Plan(given["plan"]),
        entry_ms=int(number["entry_ms"]),
        game_ms=int(number["game_s"]) * 1_000,
        idle_ms=int(number["idle_s"]) * 1_000,
        stale_ms=int(number["stale_ms"]),
        repeat_ms=int(number["repeat_ms"]),
        held_ms=int(number["held_ms"]),
        losses_max=int(number["losses_max"]),
        loss_max=number["loss_max"],
        games_max=int(number["games_max"]),
        clock_ms=int(number["clock_ms"]),
    )
