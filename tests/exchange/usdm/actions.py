"""What a test may do to USD-M beyond the market: accounts, streams, listen keys, listings."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tests.exchange.loopback.ask import Ask, text
from tests.exchange.loopback.calls import Call
from tests.exchange.loopback.keys import ApiKey
from tests.exchange.loopback.market_actions import MarketActions
from tests.exchange.loopback.streams import Listeners, StreamFault
from tests.exchange.usdm import algos, forced, rest_account, rest_public, trading, views

if TYPE_CHECKING:
    from tests.exchange.usdm.venue import UsdmVenue


class UsdmActions(MarketActions):
    def __init__(self, venue: UsdmVenue) -> None:
        super().__init__(venue.agenda, venue.markets, venue.accounts, venue.symbols)
        self._venue = venue

    # ---- another hand on the same account: a phone, another program

    def external_order(self, account: str = "main", **params: str) -> int:
        """In Binance's words (symbol, side, type, quantity, price); tells its number."""
        owner = self._venue.accounts[account]
        made = trading.draft(owner, self._ask(account, params))
        made.is_external = True
        return trading.place(owner, made).number

    def external_algo(self, account: str = "main", **params: str) -> int:
        owner = self._venue.accounts[account]
        return algos.place(owner, self._ask(account, params)).number

    def end_algo(self, client_id: str, status: str = "CANCELED", account: str = "main") -> None:
        """As the exchange itself forgets, expires or refuses one."""
        owner = self._venue.accounts[account]
        same = [each for each in owner.algos.values() if each.client_id == client_id]
        algos.end(owner, same[-1], status)

    def hide(self, client_id: str, hide_s: float, account: str = "main") -> None:
        """No question finds this order for so long, though it is there."""
        until_ms = self._venue.agenda.now_ms() + int(hide_s * 1_000)
        self._venue.accounts[account].hidden[client_id] = until_ms

    def read_lag(self, lag_ms: int) -> None:
        """No question finds an order that is younger than this."""
        self._venue.read_lag_ms = lag_ms

    def algos(self, account: str = "main") -> list[dict[str, Any]]:
        return [views.algo(each) for each in self._venue.accounts[account].algos.values()]

    # ---- accounts

    def positions(self, account: str = "main") -> list[dict[str, str]]:
        owner = self._venue.accounts[account]
        owner.check()
        return [
            {
                "symbol": each.symbol.name, "side": each.side, "units": text(each.units),
                "entry": text(each.entry), "margin": text(each.margin),
                "liquidation": text(owner.liquidation_price(each)),
            }
            for each in owner.held()
        ]  # fmt: skip

    def balances(self, account: str = "main") -> dict[str, str]:
        owner = self._venue.accounts[account]
        owner.check()
        books = self._venue.books
        return {each: text(owner.balance(each)) for each in books.assets(owner.wallet)}

    def deposit(
        self, asset: str, amount: str, kind: str = "TRANSFER", account: str = "main"
    ) -> None:
        """From outside, for any reason that a client may or may not know; below zero goes out."""
        self._venue.accounts[account].deposit(asset, Decimal(amount), kind)

    def leverage(self, symbol: str, leverage: int, account: str = "main") -> None:
        """Another hand sets it."""
        asked = {"symbol": symbol, "leverage": str(leverage)}
        rest_account.set_leverage(self._venue, self._ask(account, asked))

    def fund(self, symbol: str, rate: str) -> None:
        """Funding is paid now, by this rate."""
        for owner in self._venue.accounts.values():
            owner.fund(symbol, Decimal(rate))

    def deleverage(self, symbol: str, side: str = "BOTH", account: str = "main") -> None:
        """ADL: the position is closed at the mark price, because of another's loss."""
        forced.deleverage(self._venue.accounts[account], symbol, side)

    # ---- streams

    def listeners(self) -> dict[str, int]:
        """How many are connected now."""
        streams = self._venue.streams
        return {"user": len(streams.user.open), "market": len(streams.market.open)}

    def stream(self, kind: str, stream: str = "user", **more: Any) -> None:
        """The next events are: skip dup reorder delay garbage; `what`, `times`, `delay_ms`."""
        assert kind in {"skip", "dup", "reorder", "delay", "garbage"}, f"no fault {kind}"
        self._listeners(stream).faults.queue.append(StreamFault(kind, **more))

    def mute(self, stream: str = "user", *, on: bool = True) -> None:
        """Nothing comes any more, and pings are answered."""
        self._listeners(stream).faults.is_mute = on

    async def drop(self, stream: str = "user", refuse_s: float = 0.0) -> None:
        """All of these connections end; new ones are refused for so long."""
        listeners = self._listeners(stream)
        listeners.faults.refused_until_ms = self._venue.agenda.now_ms() + int(refuse_s * 1_000)
        await listeners.drop()

    def listen_key(self, life_s: float) -> None:
        """How long keys live from now on."""
        self._venue.listen_keys.life_ms = int(life_s * 1_000)

    def expire_key(self, account: str = "main") -> None:
        """The stream says so, and is deaf from then on."""
        self._venue.listen_keys.expire(account)

    def end_key(self, account: str = "main") -> None:
        """Another program takes the key back: the stream is deaf without a word."""
        self._venue.listen_keys.end(account)

    def say(self, event: dict[str, Any], account: str = "main") -> None:
        """Any event at all on the user's stream."""
        self._venue.streams.tell_user(account, event)

    def tell(self, channel: str, event: dict[str, Any]) -> None:
        """Any event at all on one of the market's streams: a crossed book, a price of nothing."""
        for listener in self._venue.streams.market.open:
            if channel in listener.channels:
                listener.push(event, channel)

    def gap(self, symbol: str) -> None:
        """A change of the book that no stream tells of."""
        market = self._venue.markets[symbol]
        market.updates += 3

    # ---- listings

    def delist(self, symbol: str) -> None:
        del self._venue.symbols[symbol]

    def candles(self, symbol: str, interval: str, limit: int) -> list[list[Any]]:
        """As REST would tell them."""
        params = {"symbol": symbol, "interval": interval, "limit": str(limit)}
        rows: list[list[Any]] = rest_public.candles(self._venue, self._ask("main", params))
        return rows

    def _ask(self, account: str, params: dict[str, str]) -> Ask:
        now_ms = self._venue.agenda.now_ms()
        key = replace(ApiKey("", ""), account=account)
        return Ask(params, now_ms, key, Call(now_ms, "hand", "", "", "", params))

    def _listeners(self, stream: str) -> Listeners:
        streams = self._venue.streams
        return {"user": streams.user, "market": streams.market}[stream]
