"""An account of config.toml on an exchange's prices: the whole engine, the exchange on loopback."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from lefi_tui.core.messages import ChangeLimits, StartBot, StopBot
from lefi_tui.engine.engine import Engine
from lefi_tui.settings import load
from lefi_tui.views.desk_view import DeskView, Mode
from lefi_tui.views.queries import DeskQuery
from lefi_tui.wiring.demo import build_engine
from tests.exchange.public_rest import Fault, PublicRest, public_rest

ROOT = Path(__file__).parents[2]
PATIENCE_S = 60.0
BTC = "BTC/USDT:USDT"
BUYER = """script "Buys once"
on PriceUpdate("BTC/USDT:USDT") {
    if Position("BTC/USDT:USDT") == 0 {
        Buy("BTC/USDT:USDT", 500 USDT, leverage = 3, stop_loss = 5%)
    }
}
"""


@pytest.fixture
def rest() -> Iterator[PublicRest]:
    with public_rest() as server:
        server.now_ms = None
        yield server


def toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {toml(each)}" for key, each in value.items()) + " }"
    return json.dumps(value)


def account(home: Path, table: dict[str, Any], **others: Any) -> None:
    """[accounts.main] on Binance's perpetuals, as this server speaks them."""
    lines = {"exchange": "binanceusdm", "mode": "paper"} | others
    text = "".join(f"{name} = {toml(each)}\n" for name, each in lines.items())
    (home / "config.toml").write_text(f"[accounts.main]\n{text}ccxt = {toml(table)}\n")


@contextmanager
def running(home: Path) -> Iterator[Engine]:
    loaded = load({"LEFI_HOME": str(home)})
    assert loaded.problems == ()
    engine, opening = build_engine(loaded.settings, home)
    engine.start()
    try:
        for command in opening:
            assert engine.submit(command).result(PATIENCE_S).is_accepted
        yield engine
    finally:
        engine.stop()


def seen(engine: Engine, is_so: Callable[[DeskView], Any]) -> DeskView:
    deadline = time.monotonic() + PATIENCE_S
    while True:
        view = engine.answer(DeskQuery())
        assert isinstance(view, DeskView)
        if is_so(view):
            return view
        assert time.monotonic() < deadline, [(row.what, row.why) for row in view.log]
        time.sleep(0.02)


def prices(view: DeskView) -> dict[str, tuple[float, float]]:
    return {each.symbol: (each.bid, each.ask) for each in view.prices if each.account == "main"}


def test_a_bot_trades_on_the_exchanges_prices_with_made_up_money_and_goes_on_after_a_restart(
    rest: PublicRest, tmp_path: Path
) -> None:
    was_loaded = "ccxt" in sys.modules
    account(tmp_path, rest.binance)
    with running(tmp_path) as engine:
        view = seen(engine, lambda view: len(prices(view)) == 2)
        assert view.banner.mode is Mode.DRY
        started = engine.submit(StartBot("buyer", "automated", "main", BUYER)).result(PATIENCE_S)
        assert started.is_accepted, started.text
        view = seen(engine, lambda view: view.positions and view.orders)
        position, stop = view.positions[0], view.orders[0]
        assert (position.account, position.symbol) == ("main", BTC)
        assert position.mark is not None
        assert lies_within_a_book(rest, position.entry)
        assert stop.leg == "stop"
        assert engine.submit(StopBot("buyer")).result(PATIENCE_S).is_accepted
    assert ("ccxt" in sys.modules) == was_loaded  # by a test beside this one, if at all
    with running(tmp_path) as engine:
        again = seen(engine, lambda view: view.positions and view.positions[0].mark is not None)
        assert again.positions[0].units == position.units
        assert again.positions[0].entry == position.entry
        assert [each.id for each in again.orders] == [stop.id]
        rest.shift = -6_000.0
        seen(engine, lambda view: not view.positions and not view.orders)


def test_limits_see_the_exchanges_turnover_book_and_candles(
    rest: PublicRest, tmp_path: Path
) -> None:
    account(tmp_path, rest.binance)
    too_much = (
        ("volume_24h_min", "2"),  # this server tells a turnover of 1
        ("slippage_bps_max", "0.0001"),
        ("volatility_ratio_max", "0.0001"),
    )
    with running(tmp_path) as engine:
        seen(engine, lambda view: len(prices(view)) == 2)
        changed = engine.submit(ChangeLimits("account/main", too_much)).result(PATIENCE_S)
        assert changed.is_accepted, changed.text
        assert engine.submit(StartBot("buyer", "automated", "main", BUYER)).result(PATIENCE_S)

        def words(view: DeskView) -> str:
            """Of an order that was refused with all three known."""
            told = (row.why for row in view.log)
            return next((why for why in told if "turned over" in why and "ATR of" in why), "")

        why = words(seen(engine, words))
        assert f"{BTC} turned over 1 USDT in 24 hours" in why
        assert "The book would give it" in why
        assert f"ATR of {BTC} is" in why


def lies_within_a_book(rest: PublicRest, price: Decimal) -> bool:
    """One level of one book that this server told."""
    return any(price == Decimal(level[0]) for _, asks in rest.books["BTC"] for level in asks)


def test_the_start_does_not_wait_for_an_exchange_that_is_away_and_the_account_says_so(
    rest: PublicRest, tmp_path: Path
) -> None:
    account(tmp_path, rest.binance)
    rest.fail(Fault("", status=503, body="{}", times=10_000))
    with running(tmp_path) as engine:
        view = seen(engine, lambda view: "503" in said(view, "waits for binanceusdm"))
        waits = {each.name: each.waits for each in view.accounts}
        assert waits == {"demo": "", "main": "waits for binanceusdm"}
        seen(engine, lambda view: any(each.account == "demo" for each in view.prices))
        assert prices(view) == {}
        refused = engine.submit(StartBot("buyer", "automated", "main", BUYER)).result(PATIENCE_S)
        assert "has no market BTC/USDT:USDT" in refused.text
        rest.faults.clear()
        view = seen(engine, prices)
        assert {each.name: each.waits for each in view.accounts}["main"] == ""


def said(view: DeskView, what: str) -> str:
    return " ".join(row.why for row in view.log if row.what == what and row.where == "main")


def test_a_name_that_stood_for_another_exchange_is_not_taken_over(
    rest: PublicRest, tmp_path: Path
) -> None:
    account(tmp_path, rest.binance)
    with running(tmp_path) as engine:
        seen(engine, prices)
    asked = len(rest.requests)
    account(tmp_path, rest.okx, exchange="okx")
    with running(tmp_path) as engine:
        view = seen(engine, lambda view: said(view, "is another account now"))
        assert "binanceusdm" in said(view, "is another account now")
    assert len(rest.requests) == asked


def test_an_exchange_that_nobody_knows_is_named_and_the_rest_is_usable(tmp_path: Path) -> None:
    account(tmp_path, {}, exchange="binanceusd")
    with running(tmp_path) as engine:
        view = seen(engine, lambda view: "binanceusdm" in said(view, "waits for binanceusd"))
        assert view.accounts


def test_a_throw_away_desk_asks_no_exchange(rest: PublicRest, tmp_path: Path) -> None:
    account(tmp_path, rest.binance)
    settings = load({"LEFI_HOME": str(tmp_path)}).settings
    _engine, opening = build_engine(settings, tmp_path / "elsewhere")
    assert {each.account for each in opening if hasattr(each, "account")} <= {"demo", ""}
    assert rest.requests == []


ASKS = """
import asyncio, json, sys
from lefi_tui.adapters.ccxt_link import ExchangeLink

async def main():
    async with ExchangeLink("binanceusdm", json.loads(sys.argv[1])) as link:
        await link.ask("time")
        print(link.pid, flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


def test_the_exchanges_process_ends_with_whoever_started_it_however_that_ended(
    rest: PublicRest,
) -> None:
    command = [sys.executable, "-c", ASKS, json.dumps(rest.binance)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        worker = int(process.stdout.readline())
        assert is_there(worker)
        process.kill()
    deadline = time.monotonic() + PATIENCE_S
    while is_there(worker):
        assert time.monotonic() < deadline, "it lives on"
        time.sleep(0.02)


def is_there(pid: int) -> bool:
    """What has ended and waits to be fetched has no command line any more."""
    try:
        return bool(Path(f"/proc/{pid}/cmdline").read_bytes())
    except FileNotFoundError:
        return False


# ---- lefi run --account


def lefi(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "lefi_tui", *arguments],
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
        timeout=PATIENCE_S,
        env={**os.environ, "LEFI_HOME": str(home)},
        cwd=ROOT,
    )


def test_a_bot_without_a_screen_runs_on_the_account_that_was_named(
    rest: PublicRest, tmp_path: Path
) -> None:
    account(tmp_path, rest.binance)
    script = tmp_path / "buyer.lefi"
    script.write_text(BUYER)
    done = lefi(tmp_path, "run", str(script), "--account", "main", "--for", "5s", "--json")
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    fills = [line["text"] for line in lines if line["kind"] == "fill"]
    assert len(fills) == 1
    asks = {level[0] for _, asks in rest.books["BTC"] for level in asks}
    assert any(f"{Decimal(price):,}" in fills[0] for price in asks)


@pytest.mark.parametrize(
    ("name", "mode", "words"),
    [("other", "paper", "there are: demo, main"), ("main", "sandbox", "its orders would leave")],
)
def test_an_account_that_is_none_or_not_yet_is_refused_before_anything_runs(
    name: str, mode: str, words: str, rest: PublicRest, tmp_path: Path
) -> None:
    account(tmp_path, rest.binance, mode=mode)
    script = tmp_path / "buyer.lefi"
    script.write_text(BUYER)
    done = lefi(tmp_path, "run", str(script), "--account", name)
    assert done.returncode != 0
    assert words in done.stderr
    assert rest.requests == []


# ---- lefi doctor


def test_the_doctor_asks_the_exchanges_of_the_accounts_and_compares_their_clocks(
    rest: PublicRest, tmp_path: Path
) -> None:
    account(tmp_path, rest.binance)
    rest.skew_ms = 60_000
    done = lefi(tmp_path, "doctor", "--json")
    found = {each["name"]: each for each in json.loads(done.stdout)}
    apart = re.search(r"its clock is \+([0-9.]+) s from ours", found["exchange"]["text"])
    assert apart is not None, found["exchange"]["text"]
    # Half of how long the answer took is not known; on a busy machine that is some tenths.
    assert float(apart[1]) == pytest.approx(60.0, abs=5.0)
    assert found["exchange"]["works"] is False
    rest.skew_ms = 0
    found = {each["name"]: each for each in json.loads(lefi(tmp_path, "doctor", "--json").stdout)}
    assert found["exchange"]["works"] is True


def test_the_doctor_asks_no_exchange_that_nobody_configured(tmp_path: Path) -> None:
    found = json.loads(lefi(tmp_path, "doctor", "--json").stdout)
    assert [each["works"] for each in found if each["name"] == "exchange"] == [None]


# ---- settings


def test_an_accounts_currency_cash_and_symbols_are_the_users(tmp_path: Path) -> None:
    text = 'exchange = "kraken"\ncurrency = "EUR"\ncash = 2500.5\nsymbols = ["BTC/EUR"]\n'
    (tmp_path / "config.toml").write_text(f"[accounts.main]\n{text}")
    loaded = load({"LEFI_HOME": str(tmp_path)})
    assert loaded.problems == ()
    main = loaded.settings.accounts["main"]
    assert (main.currency, main.cash, main.symbols) == ("EUR", Decimal("2500.5"), ("BTC/EUR",))


@pytest.mark.parametrize("line", ["cash = 0", 'currency = "usd t"', 'symbols = ["BTC"]'])
def test_a_wrong_one_leaves_the_account_out_and_says_so(line: str, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(f"[accounts.main]\n{line}\n")
    loaded = load({"LEFI_HOME": str(tmp_path)})
    assert len(loaded.problems) == 1
    assert line.split(" ", maxsplit=1)[0] in loaded.problems[0].why
    assert loaded.settings.accounts == {}


def test_an_account_on_paper_trades_on_the_built_in_market(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('[accounts.second]\nexchange = "paper"\ncash = 500\n')
    with running(tmp_path) as engine:
        view = seen(engine, lambda view: any(each.account == "second" for each in view.prices))
        assert view.banner.mode is Mode.DEMO
        equities = {each.name: each.equity for each in view.accounts}
        assert equities == {"demo": Decimal(10_000), "second": Decimal(500)}
