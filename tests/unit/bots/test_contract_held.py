"""A run that goes beyond its contract is thrown away, and the bot stops with words."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from bots.automated import Automated, bind
from bots.automated.state import BotState
from lefi_tui.core.bot import Answer, Bar, Occasion
from lefi_tui.core.game import Ground
from lefi_tui.core.read_key import ReadKey

BOT = Automated()


class Market:
    def read(self, key: ReadKey) -> float:
        return 100.0 if key.kind in {"spot", "cash"} else 0.0

    def ground(self, _symbol: str) -> Ground | None:
        return None

    def is_working(self, site: int) -> bool:
        return site < 0


def source(*body: str) -> str:
    lines = "\n".join(body)
    return f'state n = 0\non Candle("BTC/USDT", 1m) {{\nn = n + 1\n{lines}\n}}'


def held_to(other: str, script: str) -> BotState:
    """A bot of this script that is held to the other's contract: what a fault of ours would be."""
    state = BOT.begin(script, {})
    return replace(state, bound=replace(state.bound, reaches=bind(other, {}).reaches))


def close(number: int) -> Occasion:
    bar = Bar("BTC/USDT", 60_000, number * 60_000, 100, 101, 99, 100, 1)
    return Occasion((number + 1) * 60_000, (bar,), is_file=True)


BUY = 'Buy("BTC/USDT", 10%)'


@pytest.mark.parametrize(
    ("known", "actual", "words"),
    [
        (source(BUY), source('Buy("BTC/USDT", 11%)'), "buy BTC/USDT 0.11 share"),
        (source(BUY), source('Buy("ETH/USDT", 10%)'), "buy ETH/USDT"),
        (source(BUY), source('Sell("BTC/USDT", 10%)'), "sell BTC/USDT"),
        (source(BUY), source('Buy("BTC/USDT", 1 USDT)'), "buy BTC/USDT 1 worth"),
        (source(BUY), source('Buy("BTC/USDT", 10%, account = "x")'), "buy BTC/USDT"),
        (source(BUY), source(BUY, BUY), "buy BTC/USDT"),
        (source(BUY), source('Close("BTC/USDT")'), "close BTC/USDT"),
        (
            source('Buy("BTC/USDT:USDT", 1%, stop_loss = 1%, leverage = 2)'),
            source('Buy("BTC/USDT:USDT", 1%, stop_loss = 1%, leverage = 3)'),
            "buy BTC/USDT:USDT",
        ),
        (source('Notify("a")'), source('Notify("a")', 'Notify("b")'), "2 notify"),
        (source(BUY), source('Print("a")'), "1 print"),
        (source(BUY), source('Emit("a")'), "1 events"),
        (source(BUY), source("n pays 1 in 1d"), "1 plans"),
        (
            source('TransferAmount("main", "a", 9)'),
            source('TransferAmount("main", "b", 9)'),
            "transfer USDT 9 units",
        ),
        (source(BUY), source("authorize { }"), "1 approvals"),
        (
            source('if close > 1 { Buy("BTC/USDT", 10%) } else { Buy("BTC/USDT", 5%) }'),
            source(BUY, 'Buy("BTC/USDT", 5%)'),
            "2 orders",
        ),
        (
            source('if Buy("BTC/USDT", 10%) { }'),
            source('if Buy("BTC/USDT", 20%) { }'),
            "buy BTC/USDT 0.2 share",
        ),
    ],
)
def test_a_run_beyond_its_contract_sends_nothing_and_stops_the_bot(
    known: str, actual: str, words: str
) -> None:
    state = held_to(known, actual)
    decision = BOT.decide(state, close(0), Market())
    assert decision.state is state
    assert (decision.intents, decision.notes, decision.asked) == ((), (), ())
    assert decision.fault.startswith(f"candle BTC/USDT 1m: {words}")
    assert decision.fault.endswith("nothing was sent. Please report it.")


def test_a_run_that_waits_is_held_to_it_from_its_beginning() -> None:
    asked = 'authorize { Notify("one") }'
    state = held_to(source('Notify("a")', asked), source('Notify("a")', asked, 'Notify("b")'))
    first = BOT.decide(state, close(0), Market())
    assert (first.fault, len(first.asked)) == ("", 1)
    answer = Answer(first.asked[0].ticket, is_approved=True)
    second = BOT.decide(first.state, replace(close(1), bars=(), answers=(answer,)), Market())
    assert second.fault.startswith("candle BTC/USDT 1m: 3 notify goes beyond")
    assert second.state is first.state


def test_a_bot_within_its_contract_is_not_disturbed() -> None:
    for script in (source(BUY, 'Notify("a")'), source(f"if {BUY} {{ }}", "authorize { }")):
        decision = BOT.decide(BOT.begin(script, {}), close(0), Market())
        assert decision.fault == ""
        assert len(decision.intents) == 1
