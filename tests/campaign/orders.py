"""Random transactions of the scripts that the fuzzer writes: sizes, stops, limits, leverage."""

from __future__ import annotations

from typing import Final

from tests.campaign.values import MONEY, QUOTE, Ask, Place, Values, amount, price

_LEVELS: Final = ("2%", "1%", "5%", "0.5%")
_SHARES: Final = ("10%", "25%", "5%", "50%", "100%")
_COMPUTED: Final = (
    f"Min(<money>, 200 {QUOTE})",
    "<money>",
    "<amount>",
    "<percent>",
    f"(if <bool> then 50 {QUOTE} else 80 {QUOTE})",
    "(Position(<symbol>) / 2)",
)


class Orders(Values):
    """Writes transactions."""

    def order(self, place: Place) -> str:
        """Any transaction; mostly an entry."""
        base = self.base(place)
        symbol = self.one(place.markets[base])
        draw = self.chance.random()
        if draw < 0.15:
            return f"Close({symbol})"
        if draw < 0.2:
            return f"Cancel({symbol})"
        if draw < 0.23:
            pair = self.one(('"main", "bank"', '"bank", "main"', '"", "bank"'))
            return f"TransferAmount({pair}, {self.value(Ask(MONEY, place, self.depth()))})"
        return self.entry(place, base)

    def entry(self, place: Place, base: str = "") -> str:
        base = base or self.base(place)
        symbol = self.one(place.markets[base])
        is_perpetual = base.startswith("X")
        action = "Sell" if self.is_so(0.45 if is_perpetual else 0.15) else "Buy"
        options = self._options(
            symbol, Ask(price(base), place, self.depth()), is_perpetual=is_perpetual
        )
        return f"{action}({', '.join((symbol, self._size(place, base), *options))})"

    def _size(self, place: Place, base: str) -> str:
        draw = self.chance.random()
        shares = place.constants.get(("percent", ""), [])
        if draw < 0.55:
            return self.one([*_SHARES, *shares, *shares, *shares])
        if draw < 0.7:
            return f"{self.one(('50', '100', '1_000'))} {QUOTE}"
        if draw < 0.8:
            return self.one(("0.1", "1", "2"))
        if draw < 0.85 and base.isupper():
            return f"{self.one(('0.1', '2'))} {base}"
        return self.filled(self.one(_COMPUTED), Ask(amount(base), place, self.depth()))

    def _options(self, symbol: str, ask: Ask, *, is_perpetual: bool) -> list[str]:
        out = []
        if self.is_so(0.7 if is_perpetual else 0.35):
            out.append(f"stop_loss = {self._level(symbol, ask)}")
        if self.is_so(0.25):
            out.append(f"take_profit = {self._level(symbol, ask)}")
        if self.is_so(0.1):
            out.append(f"trail = {self.one(_LEVELS)}")
        if is_perpetual and self.is_so(0.5):
            leverage = ("2", "3", "5", "1", "(if true then 2 else 4)")
            out.append(f"leverage = {self.one(leverage)}")
        if self.is_so(0.12):
            out.append(f"at = {self.one((f'Spot({symbol}) * 99%', self.value(ask)))}")
        if self.is_so(0.12):
            others = ("reduce_only = true", "post_only = true", 'tif = "IOC"', 'tif = "FOK"',
                      'tif = "GTC"', 'account = "main"')  # fmt: skip
            out.append(self.one(others))
        return out

    def _level(self, symbol: str, ask: Ask) -> str:
        near = f"Spot({symbol}) * {self.one(('98%', '0.97', '1.03'))}"
        return self.one((*_LEVELS, *_LEVELS, near, self.value(ask)))
