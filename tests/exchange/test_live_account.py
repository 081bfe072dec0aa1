"""A sandbox account from config.toml to the exchange: key, balance, order, fill, restart."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from lefi_tui.core.messages import Kill, MoveFlow, SettleCashFlow, StartBot
from lefi_tui.core.wallet import held as held_in
from lefi_tui.engine.engine import Engine
from lefi_tui.views.desk_view import DeskView, Mode
from lefi_tui.views.queries import WalletsQuery
from lefi_tui.views.wallet_view import WalletsView
from tests.exchange.live_profile import BTC, ETH, bare, held, live_profile, opened, with_key
from tests.exchange.loopback.host import Far, exchange_in_thread
from tests.exchange.test_public_account import PATIENCE_S, running, seen

BUYER = f"""
state n = 0
on PriceUpdate("{BTC}") {{
    n = n + 1
    if n == 1 {{ Buy("{BTC}", 0.01 BTC, leverage = 5) }}
}}
"""

GUARDED = f"""
state n = 0
on PriceUpdate("{ETH}") {{
    n = n + 1
    if n == 1 {{ Buy("{ETH}", 1 ETH, leverage = 5, stop_loss = 2%, take_profit = 3%) }}
}}
"""

ROUND_TRIP = f"""
state n = 0
on PriceUpdate("{BTC}") {{
    n = n + 1
    if n == 1 {{ Buy("{BTC}", 0.01 BTC, leverage = 5) }}
    if n == 3 {{ Close("{BTC}") }}
}}
"""
# The sale's fill is never told by it; of the purchase each word comes twice.
WRONG = (("dup", "NEW"), ("dup", "TRADE"), ("garbage", "ACCOUNT_UPDATE"))


@pytest.fixture(scope="module")
def far() -> Iterator[Far]:
    with exchange_in_thread() as opened:
        yield opened


@pytest.fixture
def home(far: Far, tmp_path: Path) -> Iterator[Path]:
    """A profile over bare SSH: its vault is opened by a file. The exchange begins anew."""
    home = live_profile(tmp_path, far)
    with bare(home):
        yield home


def test_without_a_key_it_says_so_and_the_rest_is_usable(home: Path) -> None:
    with running(home) as engine:
        view = seen(engine, lambda view: "no key" in json.dumps([row.why for row in view.log]))
        assert any(each.account == "demo" for each in view.prices)
        assert "lefi keys set main" in str(view.log)


def test_a_bot_buys_there_and_a_restart_finds_the_same_position(home: Path, far: Far) -> None:
    with_key(home, far)
    with running(home) as engine:
        view = seen(engine, opened("main"))
        assert view.banner.mode is Mode.SANDBOX
        seen(engine, lambda view: any(each.symbol == BTC for each in view.prices))
        receipt = engine.submit(StartBot("buyer", "automated", "main", BUYER)).result(30)
        assert receipt.is_accepted, receipt.text
        seen(engine, lambda view: held(view) == {BTC: Decimal("0.01")})
    with running(home) as engine:
        view = seen(engine, lambda view: held(view) == {BTC: Decimal("0.01")})
    orders = [each for each in far.act("calls") if each["is_order"]]
    assert len(orders) == 1


def test_a_stop_and_a_target_are_held_there_and_the_one_that_is_met_takes_the_other_with_it(
    home: Path, far: Far
) -> None:
    with_key(home, far)
    with running(home) as engine:
        start_guarded(engine)
        seen(engine, lambda view: ETH in held(view))
        there = lasting(far, lambda: len(standing(far)) == 2 and standing(far))
        assert {each["orderType"] for each in there} == {"STOP_MARKET", "TAKE_PROFIT_MARKET"}
        assert all(each["closePosition"] for each in there)
    stop = next(each for each in there if each["orderType"] == "STOP_MARKET")
    far.act("price", symbol="ETHUSDT", price=stop["triggerPrice"])  # while we are away
    with running(home) as engine:
        seen(engine, lambda view: ETH not in held(view))
        lasting(far, lambda: not standing(far))


def test_a_kill_takes_the_exits_there_closes_what_bots_hold_and_reads_it_back(
    home: Path, far: Far
) -> None:
    with_key(home, far)
    with running(home) as engine:
        start_guarded(engine)
        lasting(far, lambda: len(standing(far)) == 2)
        assert engine.submit(Kill(0)).result(30).is_accepted
        seen(engine, lambda view: ETH not in held(view) and "flat at" in str(view.log))
    assert standing(far) == []
    assert all(each["symbol"] != "ETHUSDT" for each in far.act("positions"))


def test_events_that_go_wrong_are_booked_once_and_a_lost_stream_is_said(
    home: Path, far: Far
) -> None:
    with_key(home, far)
    with running(home) as engine:
        seen(engine, opened("main"))
        seen(engine, lambda view: any(each.symbol == BTC for each in view.prices))
        for kind, what in WRONG:
            far.act("stream", kind=kind, what=what)
        receipt = engine.submit(StartBot("trader", "automated", "main", ROUND_TRIP)).result(30)
        assert receipt.is_accepted, receipt.text
        seen(engine, lambda view: held(view) == {BTC: Decimal("0.01")})
        far.act("stream", kind="skip", what="TRADE")
        view = seen(engine, lambda view: not held(view) and len(far.act("fills")) == 2)
        assert equity(view) == Decimal(far.act("balances")["USDT"])  # so each fee was paid once
        far.act("drop", refuse_s=0.2)
        seen(engine, lambda view: said(view, "asks for its orders each second"))
        seen(engine, lambda view: said(view, "hears of its orders as it happens"))


def equity(view: DeskView) -> Decimal:
    return next(each.equity for each in view.accounts if each.name == "main")


def said(view: DeskView, what: str) -> bool:
    return any((row.what, row.where) == (what, "main") for row in view.log)


def start_guarded(engine: Engine) -> None:
    seen(engine, opened("main"))
    seen(engine, lambda view: any(each.symbol == ETH for each in view.prices))
    receipt = engine.submit(StartBot("guarded", "automated", "main", GUARDED)).result(30)
    assert receipt.is_accepted, receipt.text


def standing(far: Far) -> list[dict[str, Any]]:
    return [each for each in far.act("algos") if each["algoStatus"] == "NEW"]


def lasting(far: Far, is_so: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + PATIENCE_S
    while not (found := is_so()):
        assert time.monotonic() < deadline, far.act("algos")
        time.sleep(0.02)
    return found


def test_the_wallet_is_read_and_shown_with_liquidation_margin_and_age(home: Path, far: Far) -> None:
    with_key(home, far)
    far.act("deposit", asset="BNB", amount="2")
    with running(home) as engine:
        start_guarded(engine)
        seen(engine, lambda view: [each for each in view.positions if each.read_age_ms is not None])
        money = engine.answer(WalletsQuery())
        assert isinstance(money, WalletsView)
        row = next(each for each in money.rows if each.account == "main")
        assert {each.currency: each.total for each in row.balances}["BNB"] == 2
        assert row.margin_ratio
        assert not row.is_stale
        assert all(each.drift is None for each in row.balances)


MOVER = f"""
state n = 0
on PriceUpdate("{BTC}") {{
    n = n + 1
    if n == 1 {{ TransferAmount("main", "main/spot", 100 USDT) }}
}}
"""


def test_where_a_practice_market_has_no_wallets_a_transfer_stays_with_its_checklist(
    home: Path, far: Far
) -> None:
    with_key(home, far)
    with running(home) as engine:
        seen(engine, opened("main"))
        seen(engine, lambda view: any(each.symbol == BTC for each in view.prices))
        receipt = engine.submit(StartBot("mover", "automated", "main", MOVER)).result(30)
        assert receipt.is_accepted, receipt.text
        lasting(far, lambda: engine.desk.flows)
        (flow,) = engine.desk.flows
        receipt = engine.submit(MoveFlow(flow)).result(30)
        assert receipt.is_accepted, receipt.text
        seen(engine, lambda view: "sandbox URL" in str(view.log))
        receipt = engine.submit(SettleCashFlow(flow)).result(30)
        assert receipt.is_accepted, receipt.text
        assert held_in(engine.desk.ledger, "main/spot", "USDT") == 100
        assert held_in(engine.desk.ledger, "main", "USDT") == 10_000  # its entry is to tell it
    assert not [each for each in far.act("calls", method="POST") if "transfer" in each["path"]]
