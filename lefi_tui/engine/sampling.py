"""What each account is worth, minute by minute, while there is something to watch.

The rule it keeps: nothing is invented. While a price it needs is old or unknown there is no sample,
and the curve has a gap.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final

from msgspec import Struct, field
from msgspec.structs import replace

from lefi_tui.core.desk import Account, Desk, valuation
from lefi_tui.core.messages import EquitySampled
from lefi_tui.core.money import from_double
from lefi_tui.core.record import Record
from lefi_tui.views.fold import Key, Price
from lefi_tui.views.numbers import NS_PER_MS

SAMPLE_EVERY_NS: Final = 60_000_000_000
LOOK_S: Final = 1.0  # how soon a bot's start, its stop or a fill shows in the curve


class Stakes(Record):
    """Why an account is worth a look: living bots, and what is open."""

    bots: tuple[str, ...] = ()
    units: tuple[tuple[str, Decimal], ...] = ()

    @property
    def is_any(self) -> bool:
        return bool(self.bots or self.units)


class Sampler(Struct):
    """Remembers what it sampled last of each account; the journal keeps the samples."""

    _last: dict[str, tuple[Stakes, int]] = field(default_factory=dict)

    def due(
        self, desk: Desk, prices: Mapping[Key, Price], now_ns: int
    ) -> tuple[EquitySampled, ...]:
        """One a minute while anything is at stake, and one whenever the stakes have changed."""
        marked = replace(desk, quotes={key: each.quote for key, each in prices.items()})
        out = []
        for account, stakes in self._looks(desk, now_ns):
            fresh = _fresh(desk, prices, account.name, now_ns)
            if all(symbol in fresh for symbol, _ in stakes.units):
                self._last[account.name] = (stakes, now_ns // SAMPLE_EVERY_NS)
                out.append(_sample(marked, account, fresh, now_ns))
        return tuple(out)

    def is_due(self, desk: Desk, now_ns: int) -> bool:
        """Whether there is any, where the prices it needs are young by then."""
        return any(True for _ in self._looks(desk, now_ns))

    def _looks(self, desk: Desk, now_ns: int) -> Iterator[tuple[Account, Stakes]]:
        minute = now_ns // SAMPLE_EVERY_NS
        for account in desk.accounts.values():
            stakes = _stakes(desk, account.name)
            before, last = self._last.get(account.name, (Stakes(), minute))
            if stakes != before or (minute != last and stakes.is_any):
                yield account, stakes


def worths(desk: Desk, prices: Mapping[Key, Price], now_ns: int) -> Iterator[tuple[str, Decimal]]:
    """Each account with its equity, where the prices of all it holds are young enough."""
    marked = replace(desk, quotes={key: each.quote for key, each in prices.items()})
    for account in desk.accounts.values():
        fresh = _fresh(desk, prices, account.name, now_ns)
        if all(symbol in fresh for symbol, _ in _stakes(desk, account.name).units):
            yield account.name, valuation.worth(marked, account)[1]


def _stakes(desk: Desk, account: str) -> Stakes:
    bots = (each.id for each in desk.bots.values() if each.account == account and each.is_alive)
    held = (each for each in desk.positions.values() if each.account == account and each.units)
    return Stakes(tuple(bots), tuple((each.symbol, each.units) for each in held))


def _fresh(
    desk: Desk, prices: Mapping[Key, Price], account: str, now_ns: int
) -> dict[str, Decimal]:
    """The last prices that are young enough, of what is open and of what living bots read."""
    stakes = _stakes(desk, account)
    wanted = [symbol for symbol, _ in stakes.units]
    wanted += [symbol for bot in stakes.bots for symbol in desk.bots[bot].needs.symbols]
    found = {symbol: prices.get((account, symbol)) for symbol in wanted}
    return {
        symbol: from_double(price.quote.last)
        for symbol, price in found.items()
        if price is not None and now_ns // NS_PER_MS - price.quote.time_ms <= price.limit_ms
    }


def _sample(
    marked: Desk, account: Account, fresh: Mapping[str, Decimal], now_ns: int
) -> EquitySampled:
    free, equity = valuation.worth(marked, account)
    return EquitySampled(account.name, now_ns, equity, free, tuple(fresh.items()))
