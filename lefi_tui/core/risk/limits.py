"""The limits a person sets, each once: its meaning, its bounds, and which of two is the stricter.

They stand at four places: the settings, the whole desk, an account, a bot; the strictest counts. A
limit that is not set is no limit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType, UnionType
from typing import Annotated, Any, Final, get_args, get_origin, get_type_hints

from msgspec.structs import fields, replace

from lefi_tui.core.record import Record
from lefi_tui.core.risk.hours import AND, windows_wrong
from lefi_tui.core.risk.periods import hour_wrong, zone_wrong
from lefi_tui.core.symbol import parse_symbol


class Stricter(StrEnum):
    """Which of two values of a limit lets less through."""

    LESS = "less"
    MORE = "more"
    BOTH = "both"  # what stands in both lists
    EACH = "each"  # what lies in the hours of each
    NONE = "none"  # no bound: said once, by the settings


class About(Record):
    """What a setting is for, and its bounds."""

    meaning: str
    ge: int | None = None
    le: int | None = None
    gt: int | None = None
    stricter: Stricter = Stricter.LESS
    wrong: Callable[[str], str] | None = None  # why a text can't be it; empty when it can


_MORE: Final = Stricter.MORE
_Money = Decimal | None
_Share = Decimal | None


def symbols_of(text: str) -> tuple[str, ...]:
    return tuple(each.strip() for each in text.split(",") if each.strip())


def symbols_wrong(text: str) -> str:
    """Why this is no list of markets; empty when it is."""
    odd = [each for each in symbols_of(text) if parse_symbol(each) is None]
    return f"{odd[0][:40]!r} is no market; write BTC/USDT, ETH/USDT" if odd else ""


class Limits(Record):
    """What the gate refuses; no value is no bound."""

    order_notional_max: Annotated[
        _Money, About("the most one order may be worth, in the account's currency", gt=0)
    ] = None
    orders_per_minute_max: Annotated[
        int | None, About("orders of one bot in any minute, 1 to 6000", ge=1, le=6_000)
    ] = None
    hand_price_percent_max: Annotated[
        Decimal,
        About("a limit by hand so far through the market must be said twice, in percent: 2", gt=0),
    ] = Decimal(2)
    hand_size_times_max: Annotated[
        Decimal,
        About("an order by hand worth so often the usual must be said twice: 10", ge=1),
    ] = Decimal(10)
    entry_notional_min: Annotated[
        _Money, About("the least an entry may be worth: 50", gt=0, stricter=_MORE)
    ] = None
    orders_per_day_max: Annotated[
        int | None, About("entries of one account in 24 hours; soft", ge=0, le=1_000)
    ] = None
    symbols_allowed: Annotated[
        str,
        About(
            "markets that may be entered, commas between",
            stricter=Stricter.BOTH,
            wrong=symbols_wrong,
        ),
    ] = ""
    trading_hours: Annotated[
        str,
        About(
            "when entries are let: 08:00-12:00, 14:00-17:00 Europe/Berlin; soft",
            stricter=Stricter.EACH,
            wrong=windows_wrong,
        ),
    ] = ""
    shorts_refused: Annotated[bool, About("nothing is sold that is not held")] = False
    daily_loss_max: Annotated[
        _Money, About("an account that lost so much since the day began enters no more", gt=0)
    ] = None
    day_starts_at: Annotated[
        str, About("when a day begins: 00:00", stricter=Stricter.NONE, wrong=hour_wrong)
    ] = "00:00"
    day_zone: Annotated[
        str, About("and where: UTC, Europe/Berlin", stricter=Stricter.NONE, wrong=zone_wrong)
    ] = "UTC"
    positions_open_max: Annotated[
        int | None, About("positions of one account at a time", ge=1, le=1_000)
    ] = None
    position_notional_max: Annotated[
        _Money, About("the most one position may be worth, with what is on its way to it", gt=0)
    ] = None
    deployed_share_max: Annotated[
        _Share, About("all positions together, as a share of equity: 0.8, 3", gt=0, le=100)
    ] = None
    cooldown_minutes: Annotated[
        int | None, About("no entry so long after a stop in that market", ge=1, stricter=_MORE)
    ] = None
    volume_24h_min: Annotated[
        _Money, About("what a market must turn over in 24 hours, in quote", gt=0, stricter=_MORE)
    ] = None
    spread_bps_max: Annotated[
        Decimal | None,
        About("between bid and ask, in hundredths of a percent of their middle", gt=0),
    ] = None
    slippage_bps_max: Annotated[
        Decimal | None, About("between the middle and what the book gives for that size", gt=0)
    ] = None
    leverage_max: Annotated[Decimal | None, About("of an entry", ge=1)] = None
    stop_bps_max: Annotated[
        Decimal | None,
        About("how far an entry's stop may lie; 30 less while the thermostat is on: 150", gt=0),
    ] = None
    edge_bps_min: Annotated[
        Decimal | None,
        About(
            "half an hour's ATR times the script's own `confidence`; 20 more when reduced: 265",
            gt=0,
            stricter=_MORE,
        ),
    ] = None
    exit_guard: Annotated[
        bool, About("exits that a script puts behind `decide` wait out a chop and an oversold low")
    ] = False
    volatility_ratio_max: Annotated[
        Decimal | None, About("ATR of 14 hours over the median of the last 100: 2.5", gt=0)
    ] = None
    event_lockout: Annotated[
        bool, About("no entry from 30 min before to 60 min after what the calendar names")
    ] = False
    event_templates: Annotated[
        bool, About("the calendar knows the usual releases too, at approximate times")
    ] = False
    anomaly_lockout: Annotated[
        bool,
        About("no entry while a market's last hours look wrong: volume, gap, wick, age, spread"),
    ] = False
    risk_share_max: Annotated[
        _Share, About("what an entry loses at its stop, as a share of equity: 0.0025", gt=0, le=1)
    ] = None
    reward_risk_min: Annotated[
        Decimal | None,
        About(
            "what an entry's target gains for what its stop loses: 1.5; soft", gt=0, stricter=_MORE
        ),
    ] = None
    open_risk_share_max: Annotated[
        _Share, About("what all stops together lose, as a share of equity; soft", gt=0, le=1)
    ] = None
    correlation_max: Annotated[
        _Share, About("of an entry with any open position: 0.7; soft", gt=0, le=1)
    ] = None
    correlation_sum_max: Annotated[
        Decimal | None, About("of an entry with all open positions: 1; soft", gt=0)
    ] = None
    drawdown_day_max: Annotated[
        _Share, About("below the day's highest equity: no new entry; 0.03", gt=0, le=1)
    ] = None
    drawdown_day_close: Annotated[
        _Share, About("below the day's highest equity: all is closed; 0.05", gt=0, le=1)
    ] = None
    drawdown_week_halve: Annotated[
        _Share, About("below the week's highest equity: half the size; 0.07", gt=0, le=1)
    ] = None
    drawdown_month_max: Annotated[
        _Share, About("below the month's highest equity: no new entry; 0.15", gt=0, le=1)
    ] = None
    drawdown_month_demo: Annotated[
        _Share, About("below it: the account goes back to demo until lifted; 0.15", gt=0, le=1)
    ] = None
    overlay: Annotated[
        bool, About("entries shrink with drawdown, concentration and volatility: the thermostat")
    ] = False
    size_fixed: Annotated[_Money, About("an entry is worth this much at most", gt=0)] = None
    size_share: Annotated[
        _Share, About("an entry is worth this share of equity at most: 0.1", gt=0, le=100)
    ] = None
    size_atr_risk: Annotated[
        _Share, About("an entry loses this share of cash at 1.5 ATR: 0.01", gt=0, le=1)
    ] = None
    size_kelly: Annotated[
        _Share, About("this part of Kelly's share of equity: 0.25", gt=0, le=1)
    ] = None
    kelly_regime: Annotated[
        bool, About("Kelly's share by the market's trend too: with it 1.2, against it 0.8")
    ] = False
    kelly_win_rate: Annotated[
        _Share, About("for Kelly: the share of trades that win, as you estimate it", gt=0, le=1)
    ] = None
    kelly_payoff: Annotated[
        Decimal | None, About("for Kelly: an average win over an average loss", gt=0)
    ] = None


class LimitError(ValueError):
    """Says in words why a limit can't be what was asked."""


NONE: Final = Limits()
TEXT_MAX: Final = 2_000
ABOUT: Final[Mapping[str, About]] = MappingProxyType(
    {name: get_args(hint)[1] for name, hint in get_type_hints(Limits, include_extras=True).items()}
)


def _plain(hint: Any) -> type:
    hint = get_args(hint)[0] if get_origin(hint) is Annotated else hint
    if get_origin(hint) is UnionType or type(None) in get_args(hint):
        hint = next(each for each in get_args(hint) if each is not type(None))
    kind: type = hint
    return kind


TYPES: Final[Mapping[str, type]] = MappingProxyType(
    {name: _plain(hint) for name, hint in get_type_hints(Limits).items()}
)


# ---- text, as a command carries it


def to_text(value: object) -> str:
    """As `from_text` reads it; empty for what is not set."""
    if value is None or value is False:
        return ""
    return "yes" if value is True else str(value)


def from_text(name: str, text: str) -> Any:
    """The value that a text stands for; empty is the default, which is no limit."""
    if name not in ABOUT:
        raise LimitError(f"There is no limit {name!r}; `lefi limits` lists them.")
    text = text.strip()
    if len(text) > TEXT_MAX:
        raise LimitError(f"{name}: over {TEXT_MAX} letters. Shorten it.")
    if not text or text in {"none", "no"}:
        return getattr(NONE, name)
    kind = TYPES[name]
    if kind is bool:
        return _yes(name, text)
    if kind is str:
        return _said(name, text)
    return _bounded(name, _number(name, text, kind))


def _yes(name: str, text: str) -> bool:
    if text not in {"yes", "true"}:
        raise LimitError(f"{name} is yes or no, not {text!r}.")
    return True


def _said(name: str, text: str) -> str:
    wrong = ABOUT[name].wrong
    why = wrong(text) if wrong else ""
    if why:
        raise LimitError(f"{name}: {why}.")
    return text


def _number(name: str, text: str, kind: type) -> Decimal | int:
    try:
        number = Decimal(text.replace("_", ""))
    except InvalidOperation:
        raise LimitError(f"{name} is a number, not {text[:40]!r}.") from None
    if not number.is_finite():
        raise LimitError(f"{name} is a number, not {text[:40]!r}.")
    if kind is Decimal:
        return number
    if number != number.to_integral_value():
        raise LimitError(f"{name} is a whole number, not {text[:40]!r}.")
    return int(number)


def _bounded(name: str, number: Decimal | int) -> Decimal | int:
    about = ABOUT[name]
    if about.gt is not None and not number > about.gt:
        raise LimitError(f"{name} must be greater than {about.gt}.")
    if about.ge is not None and number < about.ge:
        raise LimitError(f"{name} must be {about.ge} or more.")
    if about.le is not None and number > about.le:
        raise LimitError(f"{name} must be {about.le} or less.")
    return number


# ---- the strictest of several


class InForce(Record):
    """The strictest of all that count for one order, and where each comes from."""

    limits: Limits
    places: Mapping[str, str]  # of each that the settings did not say


def whose(place: str, setting: str) -> str:
    """Whose limit it is, and how it is changed there: of a place that is not the settings."""
    kind, _, name = place.partition("/")
    owner, where = (f"{kind} {name}", f" --place {place}") if name else (kind, "")
    return f"It is the limit of the {owner}: `lefi limits set {setting}=VALUE{where}`, or key 7."


FREE: Final = InForce(NONE, MappingProxyType({}))
SETTINGS: Final = "settings"
DESK: Final = "desk"
Layers = tuple[tuple[str, Limits], ...]


@lru_cache(maxsize=256)
def strictest(layers: Layers) -> InForce:
    """The first layer is the settings'; of two that are alike the earlier is named."""
    (_, merged), *others = layers
    places: dict[str, str] = {}
    for place, limits in others:
        for each in fields(Limits):
            before, after = getattr(merged, each.name), getattr(limits, each.name)
            wins = _stricter(each.name, before, after)
            if wins != before:
                merged = replace(merged, **{each.name: wins})
                places[each.name] = place
    return InForce(merged, MappingProxyType(places))


def _stricter(name: str, before: Any, after: Any) -> Any:
    kind = ABOUT[name].stricter
    if kind is Stricter.NONE or after == getattr(NONE, name):
        return before
    if before == getattr(NONE, name):
        return after
    if kind is Stricter.EACH:
        return AND.join(dict.fromkeys((before, after)))
    if kind is Stricter.BOTH:
        wanted = symbols_of(after)
        # A list in which nothing is left must not read as no list.
        return ", ".join(each for each in symbols_of(before) if each in wanted) or NOTHING
    return max(before, after) if kind is Stricter.MORE else min(before, after)


NOTHING: Final = "no market"


def given(limits: Limits) -> tuple[tuple[str, str], ...]:
    """All that are set, by name and as text."""
    return tuple(
        (name, to_text(getattr(limits, name)))
        for name in ABOUT
        if getattr(limits, name) != getattr(NONE, name)
    )
