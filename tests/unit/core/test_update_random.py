"""Random texts one after the other: no line ever sends a second order at a price that rests."""

from __future__ import annotations

import random
from collections import Counter
from typing import Final

import pytest

from lefi_tui.core.desk import Desk, Step, advance
from lefi_tui.core.messages import (
    ChangeSettings,
    CommandRefused,
    HistoryLoaded,
    LoadHistory,
    OrderSubmitted,
    VenueAccepted,
    VenueCanceled,
)
from lefi_tui.core.order import Order
from lefi_tui.engine import snapshot
from lefi_tui.engine.standing import Standing
from tests.unit.core.desk_kit import of, quote
from tests.unit.core.update_kit import closed, past, started, update

SEEDS: Final = range(60)
STEPS: Final = 24
PRICES: Final = (40_000, 41_000, 42_000, 43_000, 44_000)
WAYS: Final = ("loop", "price", "candle")


class Story:
    """Each price is of one way for the whole story, so that a text has it as the same line."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        self.ways = {price: self.draw.choice(WAYS) for price in PRICES}
        self.at, self.minute = 100, 100
        self.asked: LoadHistory | None = None
        source, chosen = self.text()
        self.desk = started(source)
        self.answer(advance(self.desk, ChangeSettings("b", chosen, at_ns=5, by="anna")))
        self.loaded()

    def some(self) -> list[int]:
        return self.draw.sample(PRICES, self.draw.randint(0, len(PRICES)))

    def wanted(self) -> set[int]:
        """By the text and the settings that it runs now."""
        bot = self.desk.bots["b"]
        told = bot.source + dict(bot.settings)["prices"]
        return {price for price in PRICES if str(price) in told}

    def text(self) -> tuple[str, tuple[tuple[str, str], ...]]:
        prices, lines = self.some(), dict.fromkeys(WAYS, "")
        looped = [price for price in prices if self.ways[price] == "loop"]
        for price in prices:
            lines[self.ways[price]] += f'Buy("BTC/USDT", 100 USDT, at = {price})\n'
        loop = 'for each in prices { if each > 2 { Buy("BTC/USDT", 100 USDT, at = each) } }\n'
        blocks = [loop, lines["price"]]
        warmed = f'Print("{self.draw.random()} {{EMA(close, 5)}}")'
        handlers = [
            f'on PriceUpdate("BTC/USDT") {{ {"".join(self.mixed(blocks))} Print("p") }}\n',
            f'on Candle("BTC/USDT", 1m) {{ {lines["candle"]} {warmed} }}\n',
        ]
        chosen = ("prices", f"[{', '.join(map(str, looped)) or 1}]")
        return "setting prices = [1]\n" + "".join(self.mixed(handlers)), (chosen,)

    def mixed(self, of: list[str]) -> list[str]:
        return self.draw.sample(of, len(of))

    def go(self) -> None:
        self.at += 1
        often = (self.price, self.another, self.loaded) * 2
        self.draw.choice((*often, self.candle, self.settings, self.restart, self.canceled))()

    def price(self) -> None:
        self.answer(advance(self.desk, quote(59_000.0 + self.at, at_ms=self.at * 1_000)))

    def candle(self) -> None:
        self.minute += 1
        self.answer(advance(self.desk, closed(self.minute)))

    def another(self) -> None:
        """Other lines, or none, or the same in another order."""
        source, chosen = self.text()
        self.answer(advance(self.desk, update(source, *chosen)))

    def settings(self) -> None:
        looped = [str(each) for each in self.some() if self.ways[each] == "loop"]
        chosen = ("prices", f"[{', '.join(looped) or 1}]")
        asked = ChangeSettings("b", (chosen,), at_ns=self.at, by="anna")
        self.answer(advance(self.desk, asked))

    def loaded(self) -> None:
        """The history of the text that it is about to take is there."""
        if self.asked is not None:
            bars, of_ = past(self.minute + 1, self.asked.count), self.asked.of
            self.asked = None
            self.answer(advance(self.desk, HistoryLoaded("b", bars, self.at, of_)))

    def restart(self) -> None:
        saved = snapshot.save(Standing(self.desk))
        self.desk = snapshot.load(saved, self.desk.kinds).desk

    def canceled(self) -> None:
        for order in self.working()[:1]:
            self.answer(advance(self.desk, VenueCanceled(order.id, self.at, "gone")))

    def answer(self, done: tuple[Desk, Step]) -> None:
        """As an exchange that is quick, and candles that are not."""
        self.desk, step = done
        for refused in of(CommandRefused, step):
            assert "runs this text" in refused.text or "about to take" in refused.text
        for sent in of(OrderSubmitted, step):
            accepted = VenueAccepted(sent.order.id, 5, f"v{sent.order.id}")
            self.desk, _ = advance(self.desk, accepted)
        for self.asked in of(LoadHistory, step):
            if self.draw.random() < 0.5:
                self.loaded()

    def working(self) -> list[Order]:
        return list(self.desk.working_of("b"))


@pytest.mark.parametrize("seed", SEEDS)
def test_no_price_is_ever_sent_while_an_order_of_it_rests(seed: int) -> None:
    story = Story(seed)
    for _ in range(STEPS):
        story.go()
        orders = story.working()
        assert max(Counter(each.terms.limit for each in orders).values(), default=1) == 1
        assert max(Counter(each.site for each in orders).values(), default=1) == 1
    story.loaded()
    story.price()
    story.candle()
    of_lines = {int(each.terms.limit or 0) for each in story.working() if each.site >= 0}
    others = of_lines - story.wanted()  # of lines that were edited; they hold their place
    assert len(story.wanted() - of_lines) <= len(others)


def test_the_stories_hold_orders_that_were_lost_and_found() -> None:
    """What is proved of none of them would be proved of nothing."""
    seen = Counter[str]()
    for seed in SEEDS:
        story, lost = Story(seed), set[str]()
        for _ in range(STEPS):
            story.go()
            now = {each.id for each in story.working() if each.site < -1}
            seen["found"] += len((lost - now) & {each.id for each in story.working()})
            seen["lost"] += len(now - lost)
            lost = now
    assert min(seen["found"], seen["lost"]) > len(SEEDS) // 2
