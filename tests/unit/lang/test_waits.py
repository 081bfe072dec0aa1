"""Statements that wait, as the tests of a script show them."""

from __future__ import annotations

import json

import pytest

from lefi_tui.core.bot import Bar, Occasion, Quote
from lefi_tui.core.matching import Fees, market_rules
from lefi_tui.lang.program import check
from lefi_tui.simulate.prepared import instrument_of
from lefi_tui.simulate.script_tests import run_script_tests
from lefi_tui.simulate.trial import BOT, Ask, Trial

WAITING = {
    "an approved block is carried out": """
on Start { authorize by "owner" { Buy("BTC/USDT", 1) } else { Notify("no") } }
test "yes" { price 100; expect no Buy("BTC/USDT"); approve; expect Buy("BTC/USDT", 1 BTC)
    expect no Notify }
test "no" { price 100; decline; expect no Buy("BTC/USDT"); expect Notify("no") }
test "late" { price 100; after 16m; expect no Buy("BTC/USDT"); expect Notify("no") }
test "not yet late" { price 100; after 14m; expect no Notify; approve; expect Buy("BTC/USDT") }
""",
    "what is sent is what was approved": """
on Start { authorize { Buy("BTC/USDT", 1) } else { Notify("no") } }
test "a price moved: asked again" {
    price 100; price 102; approve; expect no Buy("BTC/USDT"); approve; expect Buy("BTC/USDT") }
test "hardly moved" { price 100; price 100.5; approve; expect Buy("BTC/USDT") }
""",
    "another stop is another order": """
state stop = 2%
on PriceUpdate("BTC/USDT") { stop = stop + 10% }
on Start { authorize { Buy("BTC/USDT", 1, stop_loss = stop) } }
test "asked again" {
    price 100; price 100; approve; expect no Buy("BTC/USDT"); approve; expect Buy("BTC/USDT") }
""",
    "locals keep what they read before a wait, and read anew after it": """
on Start {
    before = Spot("BTC/USDT"); twice = 2 * Spot("BTC/USDT"); none_yet = Position("BTC/USDT")
    if Buy("BTC/USDT", 1) { Print("{before} {twice} {none_yet}") }
    after = Spot("BTC/USDT"); twice_after = 2 * Spot("BTC/USDT"); one = Position("BTC/USDT")
    Print("{after} {twice_after} {one}")
}
test "told" { price 100; price 110; expect Print("100 200 0"); expect Print("110 220 1") }
""",
    "a used result waits for the fill": """
state paid = 0 USDT
on Start { o = Buy("BTC/USDT", 2); paid = o.cost; Print("{o} {o.units} at {o.price}") }
test "cost" { price 100; expect paid == 0; price 110; expect paid == 220 USDT
    expect Print("filled 2 at 110") }
""",
    "an if asks whether it was filled": """
on Start { if Buy("BTC/USDT", 1) { Notify("in") } else { Notify("out") } }
test "in" { price 100; expect no Notify; price 101; expect Notify("in"); expect no Notify("out") }
test "refused" { price 100000; price 100000; expect Notify("out") }
""",
    "not and else if read the result": """
on Start { if not Buy("BTC/USDT", 1, at = 50) { Notify("out") } else { Notify("in") } }
test "timeout ends the wait" { price 100; price 100; expect Notify("out") }
test "filled at once" { price 100; price 49; expect Notify("in") }
""",
    "a transaction is undone in reverse order": """
policy { timeout = 5m }
on Start {
    execute { Buy("BTC/USDT", 10); Buy("ETH/USDT", 1, at = 1) } else { Notify("undone") }
    Print("behind it")
}
test "the second step fails" {
    price "BTC/USDT" 100; price "BTC/USDT" 100; price "ETH/USDT" 10
    expect Buy("ETH/USDT", 1 ETH); expect no Sell("BTC/USDT"); after 5m
    expect Sell("BTC/USDT", 10 BTC); expect no Notify
    price "BTC/USDT" 100; expect Notify("undone"); expect Print("behind it")
}
""",
    "a transaction that can't be paid is not begun": """
on PriceUpdate("ETH/USDT") {
    execute { Buy("BTC/USDT", 60); Buy("ETH/USDT", 500) } else { Notify("not begun") }
}
test "too dear together" {
    price "BTC/USDT" 100; price "ETH/USDT" 10
    expect Notify("not begun"); expect no Buy("BTC/USDT") }
test "each alone is not" {
    price "BTC/USDT" 100; price "ETH/USDT" 5; expect Buy("BTC/USDT"); expect no Notify }
""",
    "what an earlier step brings pays for a later one": """
on Start { Buy("ETH/USDT", 900) }
on PriceUpdate("BTC/USDT") {
    if Position("ETH/USDT") > 0 {
        execute { Sell("ETH/USDT", 900); Buy("BTC/USDT", 90) } else { Notify("not begun") }
    }
}
test "a swap" {
    price "ETH/USDT" 10; price "ETH/USDT" 10; price "BTC/USDT" 100; expect Sell("ETH/USDT")
    price "ETH/USDT" 10; expect Buy("BTC/USDT"); price "BTC/USDT" 100; expect no Notify }
""",
    "closing a perpetual takes no cash": """
on Start { Buy("BTC/USDT:USDT", 290, leverage = 3) }
on PriceUpdate("ETH/USDT") { if Position("BTC/USDT:USDT") > 0 {
    execute { Sell("BTC/USDT:USDT", 290); Buy("ETH/USDT", 100) } else { Notify("not begun") } } }
test "closed" { price "BTC/USDT:USDT" 100; price "BTC/USDT:USDT" 100; price "ETH/USDT" 10
    expect Sell("BTC/USDT:USDT"); expect no Notify }
""",
    "a size that hangs on an earlier step is checked at its step": """
on Start { Buy("ETH/USDT", 100) }
on PriceUpdate("BTC/USDT") { if Position("BTC/USDT") == 0 {
    execute { o = Sell("ETH/USDT", 50%); b = Buy("BTC/USDT", o.cost); Sell("BTC/USDT", b.units) }
    else { Notify("not begun") } } }
test "half" {
    price "ETH/USDT" 10; price "ETH/USDT" 10; price "BTC/USDT" 100; price "ETH/USDT" 10
    expect Buy("BTC/USDT", 500 USDT); price "BTC/USDT" 100; expect Sell("BTC/USDT", 5 BTC)
    price "BTC/USDT" 100; expect no Notify }
""",
    "units that are not there end it before its first step": """
on Start { execute { Buy("BTC/USDT", 1); Sell("ETH/USDT", 5) } else { Notify("not begun") } }
test "no ETH" { price "ETH/USDT" 10; price "BTC/USDT" 100; expect no Buy
    expect Notify("not begun") }
""",
    "a whole transaction ends well": """
on Start { execute { Buy("BTC/USDT", 1); Sell("BTC/USDT", 1) } else { Notify("undone") } }
test "both" { price 100; price 101; expect Sell("BTC/USDT"); price 102; expect no Notify }
""",
    "a finalize that waits for nothing ends it too": """
state n = 0
on PriceUpdate("BTC/USDT") { n = n + 1; finalize { if n > 1 { Notify("done") } }; n = n + 10 }
test "at once" { price 100; expect finalized; price 101; expect n == 1; expect no Notify }
""",
    "finalize ends the script": """
state n = 0
on PriceUpdate("BTC/USDT") { n = n + 1 }
on Start { finalize { Buy("BTC/USDT", 1) } }
test "done" { price 100; expect no finalized; price 101; expect finalized
    price 102; expect n == 1 }
""",
    "finalize lives on after a failure": """
state n = 0
on PriceUpdate("BTC/USDT") { n = n + 1 }
on Start { finalize { Buy("BTC/USDT", 1000); Notify("never") }; Notify("lives on") }
test "refused" { price 100; price 101; expect no finalized; expect Notify("lives on")
    expect no Notify("never"); price 102; expect n == 3 }
""",
    "market data is skipped while a run waits": """
state begun = 0
policy { rate = 100 per 1m }
on PriceUpdate("BTC/USDT") { begun = begun + 1; authorize { Buy("BTC/USDT", 1) } }
test "skipped" { price 100 100 100; expect begun == 1; approve; price 100; expect begun == 2 }
""",
    "a finalize ends the runs beside it": """
on Start { finalize { Buy("BTC/USDT", 1, at = 50) } }
on PriceUpdate("BTC/USDT") { if Buy("BTC/USDT", 2, at = 50) { Notify("late") } }
test "both are filled at once" { price 100; price 49; expect finalized; expect no Notify }
""",
    "overlap parallel begins another run": """
state begun = 0
policy { overlap = parallel; rate = 100 per 1m }
on PriceUpdate("BTC/USDT") { begun = begun + 1; authorize { Buy("BTC/USDT", 1) } }
test "both wait" { price 100 100; expect begun == 2; approve; approve; expect Buy("BTC/USDT") }
""",
    "timers queue while a run waits": """
state begun = 0
on Every(1m) { begun = begun + 1; if Spot("BTC/USDT") > 0 { authorize { Buy("BTC/USDT", 1) } } }
test "queued" { price 100 100 100; expect begun == 1; approve; expect begun == 2 }
""",
    "a decided transaction goes through the gates": """
on Start { if decide Buy("BTC/USDT", 1) { Notify("in") }; decide Sell("BTC/USDT", 50%) }
test "in" { price 100; price 100; expect Notify("in"); expect Sell("BTC/USDT") }
""",
    "state before a wait is kept and read anew after it": """
state n = 0
on Start { n = 1; before = n; if Buy("BTC/USDT", 1) { Print("{before} {n}") } }
on PriceUpdate("BTC/USDT") { n = n + 10 }
test "anew" { price 100; expect n == 11; price 100; expect Print("1 11"); expect n == 21 }
""",
    "a close with nothing to close counts as filled": """
on Start { if Close("BTC/USDT") { Notify("flat") } }
test "flat" { price 100; expect Notify("flat") }
""",
    "nested: an approval inside a transaction": """
on Start {
    execute { Buy("BTC/USDT", 1); authorize { Sell("BTC/USDT", 1) } } else { Notify("undone") }
}
test "declined" { price 100; price 100; decline; expect Sell("BTC/USDT", 1 BTC); price 100
    expect Notify("undone") }
test "approved" { price 100; price 100; approve; price 100; expect no Notify }
""",
    "an approval inside a transaction does not end it": """
policy { timeout = 5m }
on Start {
    execute { Buy("BTC/USDT", 1); authorize { Print("asked") }; Buy("BTC/USDT", 2, at = 1) }
    else { Notify("{Position("BTC/USDT")} left") }
}
test "the first step is undone" { price 100; price 100; approve; after 5m
    expect Sell("BTC/USDT", 1 BTC); price 100; expect Notify("0 left") }
""",
    "an undo opens nothing where its stop has closed the step": """
policy { timeout = 5m }
on Start { execute { Buy("BTC/USDT:USDT", 1, stop_loss = 5%); Buy("ETH/USDT", 1, at = 1) }
    else { Notify("{Position("BTC/USDT:USDT")}") } }
test "no short is left" {
    price "ETH/USDT" 10; price "BTC/USDT:USDT" 100; price "BTC/USDT:USDT" 100
    price "BTC/USDT:USDT" 90; after 5m; price "BTC/USDT:USDT" 100; expect Notify("0") }
""",
    "an undo waits for its market, however long": """
policy { timeout = 1m }
on Start { execute { Buy("BTC/USDT", 1); Buy("ETH/USDT", 1, at = 1) }
    else { Notify("{Position("BTC/USDT")}") } }
test "traded back late" {
    price "BTC/USDT" 100; price "BTC/USDT" 100; price "ETH/USDT" 10; after 1m
    price "ETH/USDT" 10 10 10; expect Sell("BTC/USDT"); expect no Notify
    price "BTC/USDT" 100; expect Notify("0") }
""",
    "a local called order is its own": """
on Start { order = 5; execute { Buy("BTC/USDT", 1); Buy("BTC/USDT", 2) }; Print("{order}") }
test "five" { price 100; price 100; price 100; expect Print("5") }
""",
    "planned flows add their present value": """
state due = 0 USDT
policy { discount = 10% }
on Start {
    due pays 110 USDT in 365d
    due pays 121 USDT in 730d at 10%
    due pays 5 USDT
    due pays 7 USDT on "2020-01-01"
    x = (pays 105 USDT in 365d at 5%)
    Print("{Round(x)}")
}
test "value" { price "BTC/USDT" 100; expect due > 211.999 USDT; expect due < 212.001 USDT
    expect Print("100") }
""",
}


@pytest.mark.parametrize("source", WAITING.values(), ids=list(WAITING))
def test_what_waits_goes_on_as_the_page_says(source: str) -> None:
    assert [each for each in check(source).diagnostics if each.is_error] == []
    unmet = [(each.name, one) for each in run_script_tests(source) for one in each.unmet]
    assert unmet == []


RESTORED = """
policy { timeout = 5m; rate = 1_000 per 1m }
state worth = 0 USDT
on PriceUpdate("BTC/USDT") {
    before = worth
    o = Buy("BTC/USDT", 1, at = close_of("BTC/USDT"))
    worth = o.cost ?? 0 USDT
    authorize { if Sell("BTC/USDT", 50%) { Notify("{before} then {worth}") } }
    execute { Buy("BTC/USDT", 10 USDT); Sell("BTC/USDT", 1000) } else { Notify("undone") }
}
fn close_of(coin) = Spot(coin)
"""


def _told(source: str, *, is_restored: bool) -> list[object]:
    market = {"BTC/USDT": market_rules(instrument_of("BTC/USDT"))}
    trial = Trial((source, {}), market, Fees(0.0, 0.0, 0.0), 10_000.0)
    for number in range(60):
        price, at_ms = 100.0 + number % 7, number * 60_000
        trial.candles((Bar("BTC/USDT", 60_000, at_ms, price, price, price, price, 0.0),))
        at_ms += 60_000
        quote = Quote("BTC/USDT", at_ms, price, price, price)
        trial.handlers(
            Occasion(at_ms, quotes=(quote,), fills=trial.fills(), started=not number, is_file=True)
        )
        if is_restored:
            plain = json.loads(json.dumps(BOT.encode(trial.state)))
            trial.state = BOT.decode(source, {}, plain)
    return [*trial.asks, *trial.notes, *trial.book.trades]


@pytest.mark.parametrize("overlap", ["skip", "queue", "parallel"])
def test_a_waiting_run_restored_from_its_data_goes_on_as_if_never_stopped(overlap: str) -> None:
    source = RESTORED.replace("timeout = 5m", f"timeout = 5m; overlap = {overlap}")
    told = _told(source, is_restored=False)
    assert {"Notify", "sell"} <= {
        *("Notify" for each in told if getattr(each, "kind", "") == "notify"),
        *(each.intent.action for each in told if isinstance(each, Ask)),
    }
    assert _told(source, is_restored=True) == told
