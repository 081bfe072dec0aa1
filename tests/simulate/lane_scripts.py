"""Random scripts of one market and one handler, as a lane takes them. One seed, one script."""

from __future__ import annotations

from random import Random
from typing import Final

SERIES: Final = (
    "EMA(close, few)", "EMA(close, many)", "SMA(close, few)", "SMA(high, many)", "close", "open",
    "WMA(close, few)", "close[1]", "high[2]", "EMA(SMA(close, few), many)", "Highest(high, few)",
    "Lowest(low, many)",
)  # fmt: skip
OWN: Final = (
    'Position("BTC/USDT") == 0', 'Position("BTC/USDT") > 0', 'not (Position("BTC/USDT") != 0)',
    "count < 40", "AccountBalance() > 4000", 'PnL("BTC/USDT") > -2000', "Equity() > 3000",
    'Spot("BTC/USDT") > 1', 'OpenOrders("BTC/USDT") == 0', '0 < StockUnits("BTC/USDT")',
    '(Entry("BTC/USDT") ?? 0) < close * 2',
)  # fmt: skip
SIZES: Final = ("share", "share", "share", "500 USDT", "2 BTC", "0.37 BTC", "100%", "90000 USDT")
EXITS: Final = (
    "stop_loss = stop", "take_profit = goal", "stop_loss = close * 0.99",
    "take_profit = close * 1.02", "stop_loss = Lowest(low, few)", "take_profit = close",
)  # fmt: skip


class Script:
    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)
        self.names = 0

    def text(self) -> str:
        timeframe = self.chance.choice(("5m", "5m", "15m", "1h"))
        body = [line for _ in range(self.chance.randint(1, 4)) for line in self._if(1)]
        lines = [
            "setting few = 5 in 2..30",
            "setting many = 11 in 2..60",
            "setting share = 40% in 1%..100%",
            "setting stop = 1% in 0.1%..50%",
            "setting goal = 2% in 0.1%..50%",
            "state count = 0",
            "policy { rate = 1000 per 1m }",
            f'on Candle("BTC/USDT", {timeframe}) {{',
            *body,
            "}",
        ]
        return "\n".join(lines) + "\n"

    def _series(self) -> str:
        return self.chance.choice(SERIES)

    def _condition(self, depth: int = 0) -> str:
        roll = self.chance.random()
        if depth < 2 and roll < 0.35:
            word = self.chance.choice(("and", "and", "or"))
            return f"({self._condition(depth + 1)} {word} {self._condition(depth + 1)})"
        if roll < 0.45:
            return f"not ({self._condition(depth + 1)})" if depth < 2 else "event.time.hour > 6"
        if roll < 0.65:
            return self.chance.choice(OWN)
        if roll < 0.75:
            return f"RSI(close, few) {self.chance.choice('<>')} {self.chance.choice((30, 50, 70))}"
        if roll < 0.9:
            crosses = self.chance.choice(("CrossesAbove", "CrossesBelow"))
            return f"{crosses}({self._series()}, {self._series()})"
        return f"{self._series()} {self.chance.choice(('<', '>', '<=', '>='))} {self._series()}"

    def _if(self, depth: int) -> list[str]:
        pad = "    " * depth
        lines = []
        condition = self._condition()
        if self.chance.random() < 0.25:
            self.names += 1
            lines.append(f"{pad}mood{self.names} = {condition}")
            condition = f"mood{self.names}"
        lines.append(f"{pad}if {condition} {{")
        lines += self._inside(depth + 1)
        if self.chance.random() < 0.2:
            lines += [f"{pad}}} else {{", *self._inside(depth + 1)]
        return [*lines, f"{pad}}}"]

    def _inside(self, depth: int) -> list[str]:
        pad = "    " * depth
        out = []
        for _ in range(self.chance.randint(1, 2)):
            roll = self.chance.random()
            if roll < 0.4:
                out.append(f'{pad}Buy("BTC/USDT", {", ".join((self._size(), *self._exits()))})')
            elif roll < 0.55:
                out.append(f'{pad}Sell("BTC/USDT", {self._size()})')
            elif roll < 0.75:
                out.append(f'{pad}Close("BTC/USDT")')
            elif roll < 0.85:
                out.append(f"{pad}count = count + 1")
            elif roll < 0.9:
                out.append(f'{pad}Print("here {{count}}")')
            elif depth < 3:
                out += self._if(depth)
        return out or [f"{pad}count = count + 1"]

    def _size(self) -> str:
        return self.chance.choice(SIZES)

    def _exits(self) -> list[str]:
        found: dict[str, str] = {}
        for each in self.chance.sample(EXITS, self.chance.randint(0, 3)):
            found.setdefault(each.split(" ", 1)[0], each)
        return list(found.values())
