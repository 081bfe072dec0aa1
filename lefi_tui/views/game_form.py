"""What a game is started with: its fields with bounds and defaults, and where it can be played.

The rule it keeps: the words on a mistake are those of the game itself.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal
from itertools import islice
from types import MappingProxyType
from typing import Final

from bots.ttadak.arithmetic import Fees, Liquidity, Rules, stop_refusal
from bots.ttadak.settings import CHOICES, DEFAULTS, NUMBERS, refusal, settings_of
from lefi_tui.core.desk import Desk
from lefi_tui.core.instrument import (
    WORTH_TOO_LITTLE,
    Instrument,
    NotConforming,
    conform,
    least_units,
)
from lefi_tui.core.messages import StartBot
from lefi_tui.core.money import MONEY, ZERO, at_most, ceil_to, floor_to, from_double, words
from lefi_tui.core.order import Side
from lefi_tui.views.game_view import KIND, MarketRow
from lefi_tui.views.shelf import free_id

MARKETS_MAX: Final = 8  # of one account: a list to read; any other is typed
STEPS: Final = (1, 2, 5, 10, 20)
# A size is fixed for the session and its worth falls with the price: one that is worth just the
# least now is refused a minute later. A tenth is more than most days take, and costs little.
ROOM: Final = Decimal("0.9")  # of the price
LEVERAGE: Final = Decimal(100)  # to begin with, where the market allows it
MEANING: Final[Mapping[str, str]] = MappingProxyType(
    {
        "symbol": "a perpetual of the account",
        "sizes": "in base, keys 1 to 5",
        "entry": "cross takes at once, maker waits at the best price",
        "plan": "how the exit is timed; on-fill follows the fill",
        "target": "net, a game",
        "stop": "before its fee",
        "slip_ticks": "how far an entry that crosses may pay",
        "entry_ms": "the entry is canceled then",
        "game_s": "what is open is closed then",
        "idle_s": "without a key it is disarmed",
        "stale_ms": "an older price plays no game",
        "repeat_ms": "two presses nearer than this are one",
        "held_ms": "the same for one key",
        "losses_max": "in a row, then it is disarmed",
        "loss_max": "of the session, then it is disarmed",
        "games_max": "of the session",
        "clock_ms": "between the exchange's clock and ours",
    }
)
FIRST: Final = ("symbol", "leverage", "target", "stop", "sizes", "entry", "plan", "losses_max")
NAMES: Final = (*FIRST, *(name for name in DEFAULTS if name not in FIRST))


def markets_of(desk: Desk) -> tuple[MarketRow, ...]:
    """Some perpetuals of each account, as its market lists them; `desk` has the newest prices, also
    those of candles, of symbols that no bot reads."""
    out: list[MarketRow] = []
    for account in desk.accounts:
        listed = (
            each
            for (owner, _), each in desk.instruments.items()
            if owner == account and each.is_perpetual
        )
        out += (_market(account, each, desk) for each in islice(listed, MARKETS_MAX))
    return tuple(out)


def _market(account: str, instrument: Instrument, desk: Desk) -> MarketRow:
    price = _price(desk, account, instrument.symbol)
    unit = _unit(instrument, price)
    return MarketRow(account, instrument, price, tuple(unit * each for each in STEPS if unit))


def _price(desk: Desk, account: str, symbol: str) -> Decimal | None:
    """The last one that was seen; else what is held there was entered at one."""
    quote, position = desk.quotes.get((account, symbol)), desk.positions.get((account, symbol))
    if quote is not None and quote.last > 0:
        return from_double(quote.last)
    return position.entry if position is not None and position.entry > 0 else None


def _unit(instrument: Instrument, price: Decimal | None) -> Decimal:
    """The smallest size that is offered: two digits, and not just what the market takes."""
    least = least_units(instrument, ZERO if price is None else price * ROOM)
    digits = Decimal(1).scaleb(least.adjusted() - 1) if least else ZERO
    return ceil_to(instrument.step, ceil_to(digits, least))


def defaults(market: MarketRow | None) -> dict[str, str]:
    """What the fields begin with, fitted to a market."""
    found = {name: DEFAULTS[name] for name in NAMES}
    if market is not None:
        found["symbol"] = market.symbol
        found["leverage"] = words(min(LEVERAGE, market.instrument.leverage_max))
        found["sizes"] = " ".join(map(words, market.sizes)) or found["sizes"]
    return found


def takes(name: str) -> str:
    """What a field takes, then what it is for."""
    number, choices = NUMBERS.get(name), CHOICES.get(name)
    bounds = ", ".join(choices) if choices else ""
    if number is not None:
        bounds = f"{number.low} to {number.high} {number.unit}".strip()
    return "; ".join(filter(None, (bounds, MEANING.get(name, ""))))


def mistake(values: Mapping[str, str], market: MarketRow | None) -> str:
    """Why no game can be started with these; empty when one can."""
    wrong = refusal(values)
    if wrong or market is None:
        return wrong
    settings = settings_of(values)
    if settings.symbol != market.symbol:
        return ""
    most = market.instrument.leverage_max
    if settings.leverage > most:
        return f"{market.symbol} allows {words(most)}x at most."
    none = Fees(ZERO, ZERO)
    asked = (settings.leverage, settings.target, settings.stop)
    keep = market.instrument.maintenance
    late = stop_refusal(Rules(*asked, none, keep, ZERO, Liquidity.TAKER))
    small = _wrong_sizes(settings.sizes, market)
    if late or len(small) < len(settings.sizes):
        return late
    return f"No size can be played: {small[max(small)]}"


def doubt(values: Mapping[str, str], market: MarketRow | None) -> str:
    """What to know of a game that can be started: keys of which the market takes no order now. A
    price that rises makes them good, so it is for the person to say."""
    if market is None or values["symbol"] != market.symbol or refusal(values):
        return ""
    wrong = _wrong_sizes(settings_of(values).sizes, market)
    if not wrong:
        return ""
    keys = ", ".join(map(str, wrong))
    return f"{'Keys' if len(wrong) > 1 else 'Key'} {keys} can't play: {wrong[max(wrong)]}"


def _wrong_sizes(sizes: tuple[Decimal, ...], market: MarketRow) -> dict[int, str]:
    """By their keys, those that are refused at the price that is known, and why."""
    if market.price is None:
        return {}
    judged = ((key, _size_wrong(market, each)) for key, each in enumerate(sizes, start=1))
    return {key: why for key, why in judged if why}


def _size_wrong(market: MarketRow, units: Decimal) -> str:
    """In few words where it is the worth: the line that has them is short."""
    instrument, price = market.instrument, market.price
    assert price is not None, "it is judged at a price"
    found = conform(instrument, Side.BUY, units, None, price)
    if not isinstance(found, NotConforming):
        return ""
    if found.code != WORTH_TOO_LITTLE:
        return found.text
    worth = at_most(MONEY.multiply(floor_to(instrument.step, units), price))
    least = words(instrument.minimum_notional)
    return f"{words(units)} is worth {worth} {instrument.quote}, the least is {least}."


def chosen(values: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Only what differs from the game's own defaults is sent."""
    return tuple((name, each) for name, each in values.items() if each != DEFAULTS[name])


def start(account: str, values: Mapping[str, str], taken: Collection[str]) -> StartBot:
    return StartBot(free_id(KIND, taken), KIND, account, "", chosen(values), title="Ttadak")
