"""What a script can do at most is known before it runs, and never told too small."""

from __future__ import annotations

import pytest

from lefi_tui.lang.contract import Ceiling, Contract, contract_of
from lefi_tui.lang.contract_words import as_data, in_words
from tests.unit.lang.stepping import program


def contract(source: str, **settings: str) -> Contract:
    return contract_of(program(source, settings))


def on_candle(body: str) -> Ceiling:
    (ceiling,) = contract(f'on Candle("BTC/USDT", 1m) {{ {body} }}').handlers
    return ceiling


def most(ceiling: Ceiling, action: str = "buy", symbol: str = "BTC/USDT") -> dict[str, object]:
    """Kind of size: its ceiling, or the lines that compute it."""
    (traded,) = [each for each in ceiling.trades if (each.action, each.symbol) == (action, symbol)]
    return {
        each.kind: each.lines if each.most is None else round(each.most, 9)
        for each in traded.amounts
    }


TABLE = """\
decide {
    close > 3 => Buy("BTC/USDT", 5%)
    close > 2 => Buy("BTC/USDT", 9%)
    else => return
}
Buy("BTC/USDT", 1%)
"""


@pytest.mark.parametrize(
    ("body", "share", "orders"),
    [
        ('Buy("BTC/USDT", 10%); Buy("BTC/USDT", 20%)', 0.3, 2),
        ('if close > 1 { Buy("BTC/USDT", 10%) } else { Buy("BTC/USDT", 30%) }', 0.3, 1),
        ('if close > 1 { Buy("BTC/USDT", 10%) }; Buy("BTC/USDT", 5%)', 0.15, 2),
        ('if close > 1 { Buy("BTC/USDT", 10%); return }; Buy("BTC/USDT", 5%)', 0.1, 1),
        ('return; Buy("BTC/USDT", 5%)', None, 0),
        ('repeat 3 { Buy("BTC/USDT", 5%) }', 0.15, 3),
        (TABLE, 0.1, 2),
        ('if Buy("BTC/USDT", 10%) { Buy("BTC/USDT", 20%) }', 0.3, 2),
    ],
)
def test_shares_add_up_and_ways_that_exclude_each_other_count_once(
    body: str, share: float | None, orders: int
) -> None:
    ceiling = on_candle(body)
    assert ceiling.orders == orders
    assert ceiling.trades == () if share is None else most(ceiling) == {"share": share}


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ("100 USDT", {"worth": 100.0}),
        ("0.5", {"units": 0.5}),
        ("0.5 BTC", {"units": 0.5}),
        ("if close > open then 50 USDT else 80 USDT", {"worth": 80.0}),
        ("Min(Equity() / 10, 200 USDT)", {"worth": 200.0}),
        ("2 * Min(close * 1 BTC, 30 USDT)", {"worth": 60.0}),
        ("Max(close * 1 BTC, 30 USDT)", {"worth": (1,)}),
        ("Position(symbol) / 2", {"units": (1,)}),
        ("Equity() mod 7 USDT", {"worth": 7.0}),
        ("none ?? 3 BTC", {"units": 3.0}),
        ("5 BTC - 1 BTC * Abs(close / open)", {"units": 5.0}),
        ("-1 * Min(2 BTC, Position(symbol))", {"units": (1,)}),
    ],
)
def test_an_amount_is_told_where_the_text_bounds_it_and_its_line_where_not(
    size: str, expected: dict[str, object]
) -> None:
    source = f'setting symbol = "BTC/USDT"; on Candle(symbol, 1m) {{ Buy(symbol, {size}) }}'
    assert most(contract(source).handlers[0]) == expected


def test_a_name_is_bounded_by_all_that_it_is_given() -> None:
    body = "x = 1 BTC; if close > open { x = 4 BTC }; if close > 2 { x = 3 BTC }"
    assert most(on_candle(f'{body}; Buy("BTC/USDT", x)')) == {"units": 4.0}
    assert most(on_candle(f'{body}; x = x + 1 BTC; Buy("BTC/USDT", x)')) == {"units": (1,)}


def test_a_setting_counts_as_it_is_chosen() -> None:
    source = (
        "setting size = 10% in 1%..100%\n"
        'on Candle("BTC/USDT", 1m) { Buy("BTC/USDT", size); Buy("BTC/USDT", size) }'
    )
    assert most(contract(source).handlers[0]) == {"share": 0.2}
    assert most(contract(source, size="50%").handlers[0]) == {"share": 1.0}


def test_what_only_a_state_knows_is_not_known() -> None:
    source = 'state n = 1\non Candle("BTC/USDT", 1m) {\nn = 2\nBuy("BTC/USDT", n)\n}'
    assert most(contract(source).handlers[0]) == {"units": (4,)}


def test_markets_accounts_and_leverage_are_named() -> None:
    ceiling = on_candle(
        'if Spot("ETH/USDT") > 1 and Candles("SOL/USDT", 1h).close > 2 { '
        'Sell("BTC/USDT:USDT", 10%, leverage = 3, stop_loss = 2%, account = "second"); '
        'Sell("ETH/USDT:USDT", 10%, leverage = if close > 1 then 2 else 5, stop_loss = 2%) }'
    )
    assert ceiling.reads == ("BTC/USDT", "ETH/USDT", "SOL/USDT")
    assert [(each.symbol, each.account) for each in ceiling.trades] == [
        ("BTC/USDT:USDT", "second"),
        ("ETH/USDT:USDT", ""),
    ]
    assert ceiling.leverage is not None
    assert ceiling.leverage.most == 5


def test_a_leverage_that_is_computed_names_its_line() -> None:
    ceiling = on_candle('\n\nBuy("BTC/USDT:USDT", 1%, leverage = close / open, stop_loss = 1%)')
    assert ceiling.leverage is not None
    assert (ceiling.leverage.most, ceiling.leverage.lines) == (None, (3,))


def test_words_questions_events_and_cash_flows_are_counted() -> None:
    ceiling = on_candle(
        'Notify("a"); Print("b"); if close > 1 { Notify("c") } else { Print("d"); Print("e") }; '
        'Emit("f", x = close); Cancel("BTC/USDT"); x = 1 USDT; x pays 5 USDT in 3d; Print("{x}"); '
        'authorize by "owner" { Notify("g") } else { authorize { Print("h") } }'
    )
    assert (ceiling.notifications, ceiling.prints, ceiling.events) == (3, 5, 1)
    assert (ceiling.cancels, ceiling.plans, ceiling.approvals) == (1, 1, 2)
    assert ceiling.roles == ("owner", "")
    assert ceiling.orders == 0


def test_transfers_are_told_with_their_accounts() -> None:
    told = contract(
        'on Every(1d) { TransferAmount("main", "bank", 100 USDT)\n'
        'TransferAmount("main", "bank", 20 USDT); TransferAmount("bank", "main", Equity()) }'
    )
    assert (told.whole.transfers, told.whole.orders) == (3, 0)
    lines = list(in_words(told))
    assert "  transfers      120 USDT, from main to bank" in lines
    assert "  transfers      USDT, as computed in line 2, from bank to main" in lines
    data = as_data(told)["whole"]
    assert (data["markets"], data["accounts"]) == ([], ["bank", "main"])


def test_a_transaction_that_fails_is_undone_and_then_its_else_is_carried_out() -> None:
    ceiling = on_candle(
        'execute { Buy("BTC/USDT", 10%); Buy("ETH/USDT", 10%) } else { Buy("BTC/USDT", 5%) }'
    )
    assert (ceiling.orders, ceiling.undone) == (3, 2)
    assert most(ceiling) == {"share": 0.15}


def test_what_may_turn_a_position_over_may_take_two_orders_to_undo() -> None:
    perp = 'Sell("BTC/USDT:USDT", {}, leverage = 2)'
    for size, undone in (("3", 2), ("300 USDT", 2), ("10%", 1)):
        assert on_candle(f"execute {{ {perp.format(size)} }}").undone == undone
    assert on_candle('execute { Close("BTC/USDT:USDT"); Sell("BTC/USDT", 1) }').undone == 2


def test_what_stands_behind_a_finalize_may_run() -> None:
    ceiling = on_candle('finalize { Buy("BTC/USDT", 10%) }; Buy("BTC/USDT", 5%)')
    assert most(ceiling) == {"share": 0.15}


def test_the_whole_script_is_all_handlers_each_once() -> None:
    told = contract(
        'on Candle("BTC/USDT", 1m) { Buy("BTC/USDT", 10%) }\n'
        'on Every(1h) { Buy("BTC/USDT", 20%); Notify("in") }\n'
        "policy { rate = 2 per 1h }"
    )
    assert most(told.whole) == {"share": 0.3}
    assert (told.whole.orders, told.whole.notifications) == (2, 1)
    assert told.whole.steps == sum(each.steps for each in told.handlers)
    assert as_data(told)["rate"] == {"orders": 2, "per_ms": 3_600_000}


def test_it_is_told_in_words() -> None:
    told = contract(
        'on Candle("BTC/USDT:USDT", 5m) {\n'
        'Buy("BTC/USDT:USDT", 10%, leverage = 2, stop_loss = 1%)\n'
        'Sell("ETH/USDT", 100 USDT)\nSell("ETH/USDT", Position("ETH/USDT") / 2)\n'
        'Close("ETH/USDT")\n}'
    )
    assert list(in_words(told)) == [
        "candle BTC/USDT:USDT 5m, line 1: at one event at most",
        f"  steps          {told.whole.steps}",
        "  reads          BTC/USDT:USDT, ETH/USDT",
        "  buys           BTC/USDT:USDT: 10% of free cash, or of the position where it reduces",
        "  sells          ETH/USDT: 100 USDT, and ETH, as computed in line 4",
        "  closes         ETH/USDT: the whole position",
        "  leverage       2",
        "  orders         4",
        "policy           at most 60 orders in 1m",
    ]


def test_data_never_makes_up_a_number() -> None:
    told = as_data(contract('on Candle("BTC/USDT", 1m) { Buy("BTC/USDT", close / open) }'))
    (trade,) = told["handlers"][0]["trades"]
    assert trade["amounts"] == [{"kind": "units", "unit": "BTC", "most": None, "lines": [1]}]
    assert told["whole"]["markets"] == ["BTC/USDT"]
