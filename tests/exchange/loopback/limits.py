"""How much may be asked: weight by the minute, orders by ten seconds and by the minute.

Too much is a 429 that says for how long; whoever goes on asking all the same is banned (418).
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Final

from tests.exchange.loopback.refused import RefusedError

MINUTE_MS: Final = 60_000
TEN_S_MS: Final = 10_000
WEIGHT_CODE: Final = -1003
ORDERS_CODE: Final = -1015


@dataclass
class Limits:
    weight_1m: int = 2_400
    orders_10s: int = 300
    orders_1m: int = 1_200
    ban_s: float = 120.0
    wait_until_ms: int = 0
    ban_until_ms: int = 0
    _weights: deque[tuple[int, int]] = field(default_factory=deque)
    _orders: deque[int] = field(default_factory=deque)

    def wait(self, now_ms: int, wait_s: float) -> None:
        """From now on every answer is a 429, for so long."""
        self.wait_until_ms = now_ms + int(wait_s * 1_000)

    def ban(self, now_ms: int, ban_s: float) -> None:
        self.ban_until_ms = now_ms + int(ban_s * 1_000)

    def is_held(self, now_ms: int) -> bool:
        return now_ms < max(self.wait_until_ms, self.ban_until_ms)

    def weigh(self, now_ms: int, weight: int) -> None:
        """Raises where nothing may be asked now."""
        if now_ms < self.ban_until_ms:
            raise self._held(418, self.ban_until_ms, now_ms)
        if now_ms < self.wait_until_ms:
            self.ban(now_ms, self.ban_s)
            raise self._held(418, self.ban_until_ms, now_ms)
        self._weights.append((now_ms, weight))
        if self.used_weight(now_ms) > self.weight_1m:
            self.wait_until_ms = now_ms // MINUTE_MS * MINUTE_MS + MINUTE_MS
            raise self._held(429, self.wait_until_ms, now_ms)

    def count_orders(self, now_ms: int, count: int = 1) -> None:
        """Too many orders are a 429 without a word on how long; what else is asked goes on."""
        for most, span_ms, name in (
            (self.orders_10s, TEN_S_MS, "10 SECOND"),
            (self.orders_1m, MINUTE_MS, "1 MINUTE"),
        ):
            if self.used_orders(now_ms, span_ms) + count > most:
                text = f"Too many new orders; current limit is {most} orders per {name}."
                raise RefusedError(ORDERS_CODE, text, 429)
        self._orders.extend([now_ms] * count)

    def used_weight(self, now_ms: int) -> int:
        """Counted by the clock's minute, as the exchange does."""
        begin_ms = now_ms // MINUTE_MS * MINUTE_MS
        while self._weights and self._weights[0][0] < begin_ms:
            self._weights.popleft()
        return sum(weight for _, weight in self._weights)

    def used_orders(self, now_ms: int, span_ms: int) -> int:
        while self._orders and self._orders[0] < now_ms - MINUTE_MS:
            self._orders.popleft()
        return sum(at_ms > now_ms - span_ms for at_ms in self._orders)

    def headers(self, now_ms: int, *, is_order: bool) -> dict[str, str]:
        told = {"X-MBX-USED-WEIGHT-1M": str(self.used_weight(now_ms))}
        if is_order:
            told["X-MBX-ORDER-COUNT-10S"] = str(self.used_orders(now_ms, TEN_S_MS))
            told["X-MBX-ORDER-COUNT-1M"] = str(self.used_orders(now_ms, MINUTE_MS))
        return told

    def _held(self, status: int, until_ms: int, now_ms: int) -> RefusedError:
        left_s = max(1, -(-(until_ms - now_ms) // 1_000))
        text = f"Way too many requests; IP banned until {until_ms}."
        if status == 429:
            text = "Too many requests; please use the websocket for live updates."
        return RefusedError(WEIGHT_CODE, text, status, {"Retry-After": str(left_s)})
