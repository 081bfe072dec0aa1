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
from lefi_tui.core.instrument import Instrument
from lefi_tui.core.messages import StartBot
from lefi_tui.core.money import ZERO, ceil_to, words
from lefi_tui.views.game_view import KIND, MarketRow
from lefi_tui.views.shelf import free_id

MARKETS_MAX: Final = 8  # of one account: a list to read; any other is typed
STEPS: Final = (1, 2, 5, 10, 20)
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
    """Some perpetuals of each account, as its market lists them."""
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
    quote = desk.quotes.get((account, instrument.symbol))
    least = max(instrument.minimum_quantity, instrument.step)
    if quote is not None and quote.last > 0:
        least = max(least, instrument.minimum_notional / Decimal(str(quote.last)))
    unit = ceil_to(instrument.step, least) if instrument.step else least
    sizes = tuple(unit * each for each in STEPS) if unit > ZERO else ()
    most, keep = instrument.leverage_max, instrument.maintenance
    return MarketRow(account, instrument.symbol, most, keep, sizes)


def defaults(market: MarketRow | None) -> dict[str, str]:
    """What the fields begin with, fitted to a market."""
    found = {name: DEFAULTS[name] for name in NAMES}
    if market is not None:
        found["symbol"] = market.symbol
        found["leverage"] = words(min(LEVERAGE, market.leverage_max))
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
    chosen = settings_of(values)
    if chosen.symbol != market.symbol:
        return ""
    if chosen.leverage > market.leverage_max:
        return f"{market.symbol} allows {words(market.leverage_max)}x at most."
    none = Fees(ZERO, ZERO)
    asked = (chosen.leverage, chosen.target, chosen.stop)
    return stop_refusal(Rules(*asked, none, market.maintenance, ZERO, Liquidity.TAKER))


def start(account: str, values: Mapping[str, str], taken: Collection[str]) -> StartBot:
    """Only what differs from the game's own defaults is sent."""
    chosen = tuple((name, each) for name, each in values.items() if each != DEFAULTS[name])
    return StartBot(free_id(KIND, taken), KIND, account, "", chosen, title="Ttadak")
