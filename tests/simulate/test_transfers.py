"""`TransferAmount` in tests and backtests: what it moves, what refuses it, what undoes it."""

from __future__ import annotations

from pathlib import Path

import pytest

from lefi_tui.simulate.event_way import backtest
from lefi_tui.simulate.script_tests import run_script_tests
from tests.engine.file_run import request, written
from tests.unit.lang.stepping import codes


def passes(body: str, *lines: str) -> None:
    """One run at a price of 100, and what is expected after it."""
    source = f"""
    state own = 0 USDT; state saved = 0 USDT; state third = 0 USDT
    on PriceUpdate("BTC/USDT") {{
        {body}
    }}
    on Event("look") {{
        own = AccountBalance(); saved = AccountBalance("savings"); third = AccountBalance("third")
    }}
    test "it" {{ price "BTC/USDT" 100; event "look"; {"; ".join(lines)} }}
    """
    (outcome,) = run_script_tests(source)
    assert outcome.unmet == ()


def test_money_leaves_one_account_and_arrives_at_the_other() -> None:
    body = 'TransferAmount("main", "savings", 600); TransferAmount("savings", "third", 200 USDT)'
    asked = 'expect TransferAmount("main", "savings", 600)'
    passes(body, "expect own == 9400", "expect saved == 400", "expect third == 200", asked)


def test_an_expectation_names_its_accounts_and_its_amount() -> None:
    body = 'TransferAmount("main", "savings", 600)'
    passes(
        body,
        "expect TransferAmount",
        'expect TransferAmount("main", "savings")',
        'expect no TransferAmount("savings", "main")',
        'expect no TransferAmount("main", "savings", 500 USDT)',
    )


@pytest.mark.parametrize(
    ("call", "why"),
    [
        ('TransferAmount("main", "savings", 10_001)', "10001 USDT asked, 10000 free"),
        ('TransferAmount("savings", "main", 1)', "1 USDT asked, 0 free"),
        ('TransferAmount("main", "savings", 0 - 5)', "a transfer is above 0; this is -5"),
        ('TransferAmount("main", "savings", 1 BTC)', "a simulated account moves USDT only"),
    ],
)
def test_what_can_not_be_moved_is_refused_with_the_reason(call: str, why: str) -> None:
    body = f'o = {call}; if not o {{ Print("{{o.status}}: {{o.reason}}") }}'
    source = f"""
    on PriceUpdate("BTC/USDT") {{ {body} }}
    test "it" {{ price "BTC/USDT" 100; expect no TransferAmount; expect Print("never") }}
    """
    (outcome,) = run_script_tests(source)
    (found,) = outcome.unmet
    assert found.happened.startswith(f'"refused: {why}')


def test_a_used_transfer_tells_what_was_moved() -> None:
    body = 'if TransferAmount("main", "savings", 600) { Print("moved") }'
    passes(body, 'expect Print("moved")', "expect saved == 600")


def test_a_transfer_of_a_failed_transaction_is_returned() -> None:
    body = """execute {
        TransferAmount("main", "savings", 600)
        TransferAmount("third", "savings", 1)
    } else { Print("undone") }"""
    back = 'expect TransferAmount("savings", "main", 600)'
    passes(body, "expect own == 10000", "expect saved == 0", 'expect Print("undone")', back)


def test_a_transaction_with_a_transfer_begins_when_all_of_it_is_funded() -> None:
    body = """execute {
        TransferAmount("main", "savings", 600)
        Buy("BTC/USDT", 9_500 USDT)
    } else { Print("not funded") }"""
    passes(body, "expect own == 10000", 'expect Print("not funded")', "expect no TransferAmount")


def test_what_was_moved_is_no_loss_in_a_backtest(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", [(n, 100, 100, 100, 100) for n in range(5)])
    source = 'on Start { TransferAmount("main", "savings", 4_000) }\n'
    source += 'on Candle("BTC/USDT", 1m) { if Equity() > 9000 USDT { Notify("full") } }'
    result = backtest(request(source, {"BTC/USDT": path}))
    assert set(result.equity) == {10_000.0}
    assert result.notes["notify"] == 1  # at the first close: what the run began with


@pytest.mark.parametrize(
    ("call", "code"),
    [
        ('TransferAmount("main", "main", 5)', "LF204"),
        ('TransferAmount("main", "savings", 5%)', "LF202"),
        ('TransferAmount("main", "savings", 5m)', "LF202"),
        ('TransferAmount("main", 5)', "LF204"),
        ('TransferAmount("main", "savings", Equity() / 2 USDT)', "LF202"),
    ],
)
def test_what_a_transfer_takes(call: str, code: str) -> None:
    assert codes(f"on Start {{ {call} }}") == [code]


def test_an_indicator_moves_no_money() -> None:
    source = 'kind indicator\non Start { TransferAmount("main", "savings", 5) }'
    assert codes(source) == ["LF213"]
