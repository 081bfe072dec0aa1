"""A backtest with the gate's limits in force (`--limits FILE`).

The rule it keeps: it tells `core.risk.on_candles` what the desk tells it, at the same moments.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from msgspec.structs import replace

from bots.automated.waits import refused
from lefi_tui.core.bot import Bar
from lefi_tui.core.matching import Filled, Funded, Gone, Happened, MarketRules, Refused, Rested
from lefi_tui.core.messages import AccountReading
from lefi_tui.core.money import from_double
from lefi_tui.core.order import Level, OrderTerms
from lefi_tui.core.risk.facts import NS_PER_MS, STOPS, Seen
from lefi_tui.core.risk.limits import SETTINGS, strictest
from lefi_tui.core.risk.on_candles import Scene, Working, judged, seen_after
from lefi_tui.core.risk.periods import Calendar, Worth, first_worth, worth_after
from lefi_tui.requests import Costs, LimitsAsked
from lefi_tui.simulate.costs import fees_of
from lefi_tui.simulate.trial import Ask, Trial

MINUTE_NS: Final = 60_000_000_000
DAY_NS: Final = 86_400_000_000_000


class LimitedTrial(Trial):
    def __init__(
        self,
        script: tuple[str, Mapping[str, str]],
        markets: Mapping[str, MarketRules],
        costs: Costs,
        asked: LimitsAsked,
    ) -> None:
        super().__init__(script, markets, fees_of(costs), float(costs.cash))
        limits = asked.limits
        self._force = strictest(((SETTINGS, limits),))
        self._days = Calendar(limits.day_starts_at, limits.day_zone)
        self._costs, self._markets, self._releases = costs, markets, asked.releases
        self._worth: Worth | None = None
        self._reading = AccountReading(float(costs.cash), float(costs.cash), ())
        self._seen: dict[str, Seen] = {}
        self._sent_terms: dict[str, OrderTerms] = {}
        self._entries: dict[str, Working] = {}
        self._stopped: dict[str, int] = {}
        self._sent_ns: list[int] = []
        self._entered_ns: list[int] = []

    def candles(self, bars: Sequence[Bar]) -> None:
        super().candles(bars)
        at_ns = (bars[0].time_ms + bars[0].timeframe_ms) * NS_PER_MS
        for bar in bars:
            self._seen[bar.symbol] = seen_after(self._seen.get(bar.symbol), bar, at_ns)
        self._reading = self.market.reading()
        self._worth = self._worth_at(at_ns)

    def _worth_at(self, at_ns: int) -> Worth:
        equity = from_double(self._reading.equity)
        known = self._worth or first_worth(at_ns, self._costs.cash, self._days)
        return worth_after(known, at_ns, equity, self._days)

    def _hear(self, told: Sequence[Happened]) -> None:
        for each in told:
            match each:
                case Filled():
                    self._entries.pop(each.order, None)
                    if each.reason in STOPS:
                        self._stopped[each.symbol] = each.time_ms * NS_PER_MS
                case Rested():
                    units = from_double(each.units)
                    self._entries[each.order] = replace(self._entries[each.order], units=units)
                case Refused() | Gone():
                    self._entries.pop(each.order, None)
                case Funded():
                    continue  # its venue's reading tells it
        super()._hear(told)

    def _canceled(self, order: str, reason: str) -> Ask:
        self._entries.pop(order, None)
        return super()._canceled(order, reason)

    def _send(self, ask: Ask, terms: OrderTerms) -> str:
        """Where the gate lets it; else its run hears why not."""
        at_ns = ask.at_ms * NS_PER_MS
        answer = judged(terms, self._scene(at_ns), self._force, is_undo=ask.intent.is_undo)
        refusals = answer.refusals
        if refusals:
            ask.refusal = "; ".join(each.text or each.code for each in refusals)
            self._refused(ask, (ask.at_ms, refusals[0].code, ask.refusal), answer.verdicts)
            self._tell(ask, refused(ask.intent, ask.refusal))
            return ""
        order = super()._send(ask, answer.terms)
        self._sent_terms[order] = answer.terms
        self._entries[order] = Working(answer.terms)
        self._sent_ns.append(at_ns)
        held = self.market.position(terms.symbol)[0]
        if not terms.is_reduce_only and held * terms.side.sign >= 0:
            self._entered_ns.append(at_ns)
        return order

    def _scene(self, at_ns: int) -> Scene:
        self._sent_ns = [each for each in self._sent_ns if at_ns - each < MINUTE_NS]
        self._entered_ns = [each for each in self._entered_ns if at_ns - each < DAY_NS]
        leverages = self.market.leverages()
        return Scene(
            at_ns,
            self._reading,
            self._worth_at(at_ns),
            self._seen,
            self._markets,
            self._costs.taker,
            self._costs.slippage,
            tuple(self._entries.values()),
            self._stops(),
            {symbol: from_double(each) for symbol, each in leverages.items()},
            self._stopped,
            len(self._sent_ns),
            len(self._entered_ns),
            self._releases,
            signal=self.gave,
        )

    def _stops(self) -> dict[str, Level]:
        out = {}
        for symbol in self._markets:
            order = dict(self.market.exits(symbol)).get("stop", "")
            terms = self._sent_terms.get(order)
            if terms is not None and terms.exits.stop_loss is not None:
                out[symbol] = terms.exits.stop_loss
        return out
