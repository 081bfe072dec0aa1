"""One exchange's public data through ccxt: questions in plain words, answers in plain data.

The rules it keeps: no key is ever given to it; one budget of the exchange, by rank, in the place of
the client's own limiter; while the exchange asks us to wait not one question leaves; what fails
nine times in a row is left alone for a while; sizes are units of the base.
Only the worker process loads this module: ccxt costs a second of processor time and 100 MB.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from contextvars import Context, ContextVar
from decimal import Decimal
from difflib import get_close_matches
from functools import partial
from typing import Any, ClassVar, Final

import ccxt.async_support as ccxt
from msgspec import Struct

from lefi_tui.adapters.ccxt_markets import contract_of, decimal_of, instrument_of, is_ours
from lefi_tui.adapters.ccxt_offers import offered
from lefi_tui.adapters.ccxt_unsigned import keep_unsigned
from lefi_tui.adapters.guards import CallFailedError, Guards, HeldBackError
from lefi_tui.adapters.rate_budget import FOREVER, BudgetFullError, Rank
from lefi_tui.adapters.told_budget import USUAL, VenueBudget
from lefi_tui.core.codec import to_plain
from lefi_tui.ports.clock import Clock

TIMEOUT_MS: Final = 10_000
QUESTION_S: Final = 55.0  # some requests, each with its turn; our end waits a little longer
# After nine failures in a row, at most: prices are wanted sooner than LL-21's five minutes.
LEFT_ALONE_S: Final = 30.0
# Where the exchange says "too fast" without saying for how long; a ban (418) lasts minutes.
WAIT_UNSAID_S: Final = {429: 30.0, 418: 120.0}
WAIT_MOST_S: Final = 3 * 86_400.0  # the longest ban seen
CANDLES_MOST: Final = 1_000  # of one answer; most exchanges give fewer and say how many
LEVELS: Final = 20
TEXT_MOST: Final = 300
# An exit and a cancel wait out a wait that the exchange asked for; everything else is told of it.
WAITED_OUT_S: Final = 40.0
# Too many orders: the next of them waits, and nothing else does.
ORDERS_FULL: Final = "-1015"
# The same trades at a quarter of the weight in the exchange's budget.
CHEAPER: Final[Mapping[str, Mapping[str, str]]] = {
    "binanceusdm": {"fetchTradesMethod": "fapiPublicGetTrades"},
}
MISSHAPEN: Final = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


class _Answered(Struct):
    """The status of the newest answer to one question."""

    status: int = 0


_answered: ContextVar[_Answered] = ContextVar("answered")
_rank: ContextVar[Rank] = ContextVar("rank", default=Rank.READ)
# The last moment, by the monotonic clock, at which what is asked may still leave this machine.
_until: ContextVar[int] = ContextVar("until", default=FOREVER)
orders_in: ContextVar[int] = ContextVar("orders_in", default=0)  # one request


class Refusal(Exception):  # noqa: N818 -- an answer, not a fault of ours
    """kind: away wait answer place market exchange key refused; the words are for people."""

    def __init__(self, kind: str, why: str, wait_s: float = 0.0) -> None:
        super().__init__(why)
        self.kind, self.why, self.wait_s = kind, why[:TEXT_MOST], wait_s


class Unanswered(Refusal, CallFailedError):  # noqa: N818 -- likewise
    """It failed, or said nothing that can be read: the breaker counts these."""


class PublicExchange:
    signs: ClassVar[bool] = False
    library: ClassVar[Any] = ccxt

    def __init__(self, name: str, settings: Mapping[str, Any], clock: Clock) -> None:
        known = self.library.exchanges
        if name not in known:
            close = ", ".join(get_close_matches(name, known, n=3)) or "none is like it"
            raise Refusal("exchange", f"ccxt {ccxt.__version__} knows no {name!r}; near: {close}")
        options = {**CHEAPER.get(name, {}), **settings.get("options", {})}
        given = {"enableRateLimit": True, "timeout": TIMEOUT_MS, **settings, "options": options}
        self._client = getattr(self.library, name)(given)
        if not self.signs:
            keep_unsigned(self._client, partial(Refusal, "refused"))
        self._clock = clock
        # Whoever asks asks again, and knows whether a price is still wanted: once here.
        self._guards = Guards(
            clock, None, random.SystemRandom().random, open_s=LEFT_ALONE_S, attempts=1
        )
        per_s = 1_000 / max(self._client.rateLimit, 1)
        self._budget = VenueBudget(clock, per_s, USUAL.get(name, ()))
        self._client.throttle = self._turn
        self._fetch, self._parse = self._client.fetch, self._client.parse_json
        self._client.fetch = self._fetched
        self._client.on_rest_response = self._looked_at
        self._client.parse_json = self._parsed
        self._questions: dict[str, Callable[..., Awaitable[Any]]] = {
            "describe": self._describe,
            "offers": self._offers,
            "markets": self._markets,
            "time": self._time,
            "candles": self._candles,
            "book": self._book,
            "prints": self._prints,
            "ticker": self._ticker,
            "funding": self._funding,
        }

    async def close(self) -> None:
        await self._client.close()

    async def answer(self, question: str, asked: Mapping[str, Any]) -> Any:
        """The answer, or a Refusal."""
        rank = Rank[asked["rank"]] if "rank" in asked else Rank.READ
        _rank.set(rank)
        _until.set(asked.get("until_ns", FOREVER))
        plain = {name: each for name, each in asked.items() if name not in {"rank", "until_ns"}}
        if rank <= Rank.CANCEL:
            await self._waited_out()
        try:
            return await self._guards.call(
                question, partial(self._asked, question, plain), rank, QUESTION_S
            )
        except HeldBackError as error:
            kind = "wait" if self._guards.hold.left_s(self._clock.monotonic_ns()) else "away"
            raise Refusal(kind, error.why, error.wait_s) from error
        except Refusal:
            raise
        except CallFailedError as error:
            raise Refusal("away", str(error)) from error

    async def _asked(self, question: str, asked: Mapping[str, Any]) -> Any:
        seen = _Answered()
        _answered.set(seen)
        try:
            return await self._questions[question](**asked)
        except ccxt.BaseError as error:
            raise self._refusal(error, seen.status) from error
        except MISSHAPEN as error:
            why = f"{question}: {type(error).__name__}: {error}"
            raise Unanswered("answer", why) from error

    async def _turn(self, cost: float | None = None) -> None:
        """In the place of ccxt's own limiter, which knows no ranks."""
        weight = 1.0 if cost is None else float(cost)
        try:
            await self._budget.turn(_rank.get(), weight, orders_in.get(), _until.get())
        except BudgetFullError as error:
            raise Refusal("wait", str(error), 1.0) from error

    async def leave(self, weight: float) -> None:
        """For what does not go through the client's own requests: returns when it may."""
        if self._client.enableRateLimit:
            await self._turn(weight)
        self._wait_first()

    async def _waited_out(self) -> None:
        """What closes or cancels is the first to leave when a wait is over."""
        left_s = self._guards.hold.left_s(self._clock.monotonic_ns())
        if 0 < left_s <= WAITED_OUT_S:
            await self._clock.sleep(left_s)

    # ---- around each request

    async def _fetched(self, *request: Any, **more: Any) -> Any:
        self._wait_first()
        return await self._fetch(*request, **more)

    def _wait_first(self) -> None:
        now_ns = self._clock.monotonic_ns()
        left_s = self._guards.hold.left_s(now_ns)
        if left_s > 0:
            raise Refusal("wait", f"it said so; {left_s:.0f} s are left", left_s)
        if now_ns > _until.get():
            raise Refusal("wait", "it would leave too late")

    def _looked_at(self, *answer: Any) -> Any:
        """ccxt's own hook: status, reason, url, method, headers, body."""
        status, headers, body = answer[0], answer[4], answer[5]
        _answered.get().status = status
        if self._budget.told is not None:
            self._budget.told.heard(headers)
        self.hear(status, _retry_after_s(headers), body)
        return body

    def hear(self, status: int, wait_s: float, body: str) -> None:
        """Whether it asks us to wait."""
        if status not in WAIT_UNSAID_S:
            return
        if ORDERS_FULL in body and self._budget.told is not None:
            self._budget.told.is_full()
            return
        wait_s = min(wait_s or WAIT_UNSAID_S[status], WAIT_MOST_S)
        self._guards.hold.wait(wait_s, self._clock.monotonic_ns())

    def _parsed(self, text: str) -> Any:
        """A half answer, or a page for people, is no answer: ccxt would read it as nothing."""
        parsed = self._parse(text)
        if parsed is None and _answered.get().status < 300:
            raise ccxt.BadResponse(f"it is no JSON: {text[:40]!r}")
        if isinstance(parsed, dict) and "rateLimits" in parsed:
            self.count(parsed["rateLimits"])
        return parsed

    def count(self, limits: list[dict[str, Any]]) -> None:
        if self._budget.told is not None:
            self._budget.told.limits(limits)

    def _refusal(self, error: Exception, status: int) -> Refusal:
        wait_s = self._guards.hold.left_s(self._clock.monotonic_ns())
        if wait_s > 0 or isinstance(error, (ccxt.DDoSProtection, ccxt.RateLimitExceeded)):
            wait_s = max(wait_s, 1.0)
            return Refusal("wait", f"too many questions (status {status})", wait_s)
        if status in {403, 451} or isinstance(error, ccxt.RestrictedLocation):
            return Refusal("place", f"status {status}: {_words(error)}")
        kinds: tuple[tuple[Any, str], ...] = (
            (ccxt.BadSymbol, "market"),
            (ccxt.BadResponse, "answer"),
            (ccxt.RequestTimeout, "away"),
            (ccxt.OperationFailed, "away"),
            (ccxt.AuthenticationError, "key"),
        )
        kind = next((kind for each, kind in kinds if isinstance(error, each)), "refused")
        made = Unanswered if kind in {"away", "answer"} else Refusal
        return made(kind, _words(error))

    # ---- questions

    async def _describe(self) -> dict[str, Any]:
        """Known without a question: names of timeframes by their length, what can be asked."""
        frames = self._client.timeframes or {}
        return {
            "frames": {
                str(self._client.parse_timeframe(name) * 1_000): name
                for name in frames
                if not name.endswith("M")  # months have no length
            },
            "has": {
                "time": bool(self._client.has.get("fetchTime")),
                "candles": self._client.has.get("fetchOHLCV") is True,
                "funding": self._client.has.get("fetchFundingRate") is True,
            },
        }

    async def _offers(self) -> dict[str, bool | None]:
        return offered(self._client)

    async def _markets(self, currency: str) -> list[Any]:
        markets = await self._client.load_markets(reload=True)
        mode = self._client.precisionMode
        ours = (each for each in markets.values() if is_ours(each, currency))
        return [to_plain(instrument_of(each, mode)) for each in ours]

    async def _time(self) -> int:
        return int(await self._client.fetch_time())

    async def _contract(self, symbol: str) -> Decimal:
        await self._client.load_markets()
        return contract_of(self._client.market(symbol))

    async def _candles(self, symbol: str, frame: str, since: int, count: int) -> dict[str, Any]:
        """`most` is how many one answer may hold: an empty one says that so many are missing."""
        await self._client.load_markets()
        most = self._client.feature_value(symbol, "fetchOHLCV", "limit") or CANDLES_MOST
        count = min(count, most, CANDLES_MOST)
        rows = await self._client.fetch_ohlcv(symbol, frame, since, count)
        return {"rows": [_candle(row) for row in rows], "most": count}

    async def _book(self, symbol: str) -> dict[str, Any]:
        contract = await self._contract(symbol)
        book = await self._client.fetch_order_book(symbol, LEVELS)
        return {side: _levels(book[side], contract) for side in ("bids", "asks")}

    async def _prints(self, symbol: str) -> list[Any]:
        """The newest: id, time, price, units, who took; oldest first."""
        contract = await self._contract(symbol)
        trades = await self._client.fetch_trades(symbol)
        return [
            [
                str(each["id"] or ""),
                int(each["timestamp"]),
                str(decimal_of(each["price"])),
                str(decimal_of(each["amount"]) * contract),
                each["side"] or "buy",
            ]
            for each in trades
        ]

    async def _ticker(self, symbol: str) -> dict[str, Any]:
        ticker = await self._client.fetch_ticker(symbol)
        return {name: ticker.get(name) for name in ("bid", "ask", "last", "quoteVolume")}

    async def _funding(self, symbol: str) -> dict[str, Any]:
        told = await self._client.fetch_funding_rate(symbol)
        rate, at_ms = told.get("fundingRate"), told.get("fundingTimestamp")
        return {"rate": None if rate is None else str(rate), "at_ms": at_ms}


def beside(work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    """Work of an exchange's line that belongs to no question: it has no question's rank or end."""
    context = Context()
    context.run(_answered.set, _Answered())
    return asyncio.get_running_loop().create_task(work, context=context)


def _candle(row: list[Any]) -> list[float]:
    """Of a candle ccxt tells units of the base already, also where sizes are contracts."""
    at_ms, *prices, volume = row[:6]
    return [int(at_ms), *map(float, prices), float(volume or 0)]


def _levels(side: Iterable[Any], contract: Decimal) -> list[list[str]]:
    return [[str(decimal_of(each[0])), str(decimal_of(each[1]) * contract)] for each in side]


def _retry_after_s(headers: Mapping[str, str]) -> float:
    """Seconds; a date, which few send, is read as not said."""
    text = next((each for name, each in headers.items() if name.lower() == "retry-after"), "")
    return float(text) if text.strip().isdecimal() else 0.0


def _words(error: BaseException) -> str:
    cause = error.__cause__
    text = str(error) or type(error).__name__
    return f"{text}: {cause}" if cause is not None and str(cause) else text
