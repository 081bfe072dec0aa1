"""Others trade our account, a phone or the exchange: it is shown, and ours only when adopted."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from lefi_tui.adapters.ccxt_venue import ExchangeVenue
from lefi_tui.adapters.system_clock import SystemClock
from lefi_tui.core.checked import Checked
from lefi_tui.core.messages import (
    AdoptOrder,
    AdoptUnits,
    CancelOrder,
    Command,
    LookAgain,
    ResumeBot,
    StartBot,
)
from lefi_tui.core.order import HAND, OrderStatus
from lefi_tui.core.reconcile import Leg
from lefi_tui.engine.engine import Engine
from lefi_tui.views.queries import DoubtsQuery
from tests.exchange.live_profile import BTC, ETH, bare, held, live_profile, opened, with_key
from tests.exchange.loopback.clients import linked
from tests.exchange.loopback.host import Far, exchange_in_thread
from tests.exchange.test_public_account import running, seen

PATIENCE_S = 60.0
D = Decimal
HOLDER = f"""
state n = 0
on PriceUpdate("{BTC}") {{
    n = n + 1
    if n == 1 {{ Buy("{BTC}", 0.01 BTC, leverage = 5, stop_loss = 5%) }}
}}
"""


@pytest.fixture(scope="module")
def far() -> Iterator[Far]:
    with exchange_in_thread() as opened_:
        yield opened_


@pytest.fixture
def home(far: Far, tmp_path: Path) -> Iterator[Path]:
    profile = live_profile(tmp_path, far)
    with bare(profile):
        with_key(profile, far)
        yield profile


def until(engine: Engine, is_so: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + PATIENCE_S
    while not (found := is_so()):
        log = [(each.what, each.why) for each in seen(engine, lambda _: True).log]
        assert time.monotonic() < deadline, (log, checked(engine))
        time.sleep(0.02)
    return found


def checked(engine: Engine) -> Checked:
    return engine.desk.checked.get("main", Checked())


def ready(engine: Engine) -> None:
    seen(engine, opened("main"))
    until(engine, lambda: checked(engine).is_known)
    seen(engine, lambda view: any(each.symbol == BTC for each in view.prices))


def taken(engine: Engine, command: Command) -> None:
    receipt = engine.submit(command).result(PATIENCE_S)
    assert receipt.is_accepted, receipt.text


def start(engine: Engine, script: str, bot: str = "holder") -> None:
    taken(engine, StartBot(bot, "automated", "main", script))


def elsewhere(far: Far, side: str, quantity: str, **more: str) -> None:
    asked = {"symbol": "BTCUSDT", "side": side, "type": "MARKET", "quantity": quantity}
    far.act("external_order", **asked, **more)


def stops(far: Far) -> list[Any]:
    return [each for each in far.act("algos") if each["algoStatus"] == "NEW"]


def at_phone(far: Far, name: str) -> None:
    asked = {"symbol": "ETHUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC"}
    far.act("external_order", **asked, quantity="1", price="1000", newClientOrderId=name)


def test_what_a_phone_does_is_shown_left_alone_and_the_hands_once_it_is_adopted(
    home: Path, far: Far
) -> None:
    elsewhere(far, "BUY", "0.02")
    at_phone(far, "web_7")
    with running(home) as engine:
        ready(engine)
        known = checked(engine)
        assert known.unknown_units() == {BTC: D("0.02")}
        (order,) = known.foreign
        assert (order.client_id, order.symbol, order.price) == ("web_7", ETH, D(1000))
        assert held(seen(engine, lambda _: True)) == {}
        taken(engine, AdoptUnits("main", BTC))
        taken(engine, AdoptOrder("main", order.venue_order_id))
        assert held(seen(engine, held)) == {BTC: D("0.02")}
        assert engine.desk.positions["main", BTC].shares == {HAND: D("0.02")}
        assert engine.desk.orders["web_7"].owner == HAND
        taken(engine, LookAgain("main"))
        taken(engine, CancelOrder("web_7"))
        until(engine, lambda: "web_7" not in engine.desk.orders)
        assert checked(engine).differences == ()
    with running(home) as engine:  # what is the hand's is the same after a start, and once
        until(engine, lambda: checked(engine).is_known)
        assert held(seen(engine, held)) == {BTC: D("0.02")}
        assert checked(engine).differences == ()
    mine = [each for each in far.act("calls") if each["is_order"]]
    assert mine == []  # nothing was sent, whatever was shown
    assert [each["units"] for each in far.act("positions")] == ["0.02"]


def test_a_position_that_others_close_while_we_are_away_is_gone_and_its_bot_waits_for_a_person(
    home: Path, far: Far
) -> None:
    with running(home) as engine:
        ready(engine)
        start(engine, HOLDER)
        seen(engine, lambda view: held(view) == {BTC: D("0.01")})
        until(engine, lambda: stops(far))
    elsewhere(far, "SELL", "0.03")  # closed, and turned over
    with running(home) as engine:
        until(engine, lambda: checked(engine).is_known)
        view = seen(engine, lambda view: not held(view))
        assert checked(engine).unknown_units() == {BTC: D("-0.02")}
        (bot,) = view.bots
        assert bot.status == "waits for you"
        assert "changed from elsewhere" in str(view.log)
        until(engine, lambda: not stops(far))  # its stop does not outlive it there
        taken(engine, ResumeBot("holder"))


def test_an_order_that_no_question_finds_stays_in_sight_and_nothing_new_opens_beside_it(
    home: Path, far: Far
) -> None:
    with running(home) as engine:
        ready(engine)
        far.act("mute")  # else the stream would tell
        far.act("fault", name="502 after", is_order=True)
        far.act("read_lag", lag_ms=1_800_000)
        start(engine, HOLDER)
        until(engine, lambda: engine.desk.orders)
        (order,) = engine.desk.orders.values()
        start(engine, HOLDER, "beside")
        seen(engine, lambda view: "ORDER_UNCONFIRMED" in str(view.log))
        until(engine, lambda: "came from nowhere else" in str(engine.answer(DoubtsQuery())))
        assert engine.desk.orders[order.id].status is OrderStatus.UNCONFIRMED
        far.act("read_lag", lag_ms=0)
        taken(engine, LookAgain("main", order.id))
        seen(engine, lambda view: BTC in held(view))


@pytest.mark.asyncio
async def test_both_sides_at_once_are_told_apart(far: Far) -> None:
    far.act("begin")
    far.act("settings", is_hedged=True)
    elsewhere(far, "BUY", "0.02", positionSide="LONG")
    elsewhere(far, "SELL", "0.01", positionSide="SHORT")
    venue = ExchangeVenue(linked(far), SystemClock(), "main", "USDT")
    try:
        view = await venue.their_view()
    finally:
        await venue.close()
    assert view.legs == (Leg(BTC, D("0.02"), D("0.01")),)
    assert view.units == {BTC: D("0.01")}
