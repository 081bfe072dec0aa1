"""The whole program on OKX and on Binance spot: a script buys with stop and target, and ends flat;
what the journal holds is what the exchange's own books hold.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest

from lefi_tui.adapters.sqlite_journal import SqliteJournal
from lefi_tui.core.messages import Kill, StartBot
from lefi_tui.engine.engine import Engine
from lefi_tui.views.desk_view import DeskView
from tests.exchange.live_profile import bare, held, live_profile, opened, with_key
from tests.exchange.loopback.host import Far, exchange_in_thread
from tests.exchange.test_public_account import running, seen


@dataclass(frozen=True)
class Case:
    exchange: str
    symbol: str
    name: str
    acts: str
    whose: str  # who holds its stop, as the position's row says


OKX = Case("okx", "ETH/USDT:USDT", "ETH-USDT-SWAP", "okx/", "native")
SPOT = Case("binance", "ETH/USDT", "ETHUSDT", "spot/", "ours")
GUARDED = """
state n = 0
on PriceUpdate("{symbol}") {{
    n = n + 1
    if n == 1 {{ Buy("{symbol}", 1 ETH, stop_loss = 2%, take_profit = 3%) }}
}}
"""


@pytest.fixture(scope="module")
def far() -> Iterator[Far]:
    with exchange_in_thread() as opened:
        yield opened


@pytest.fixture(params=[OKX, SPOT], ids=lambda case: case.exchange)
def case(request: pytest.FixtureRequest) -> Case:
    found: Case = request.param
    return found


@pytest.fixture
def home(far: Far, tmp_path: Path, case: Case) -> Iterator[Path]:
    home = live_profile(tmp_path, far, exchange=case.exchange, symbols=[case.symbol])
    with bare(home):
        with_key(home, far)
        yield home


def test_a_start_finds_the_exit_that_was_met_meanwhile_and_a_kill_leaves_nothing(
    far: Far, home: Path, case: Case
) -> None:
    with running(home) as engine:
        start(engine, case)
        seen(engine, lambda view: legs(view) == {"stop", "target"})
        seen(engine, lambda view: stop_of(view, case.symbol).endswith(case.whose))
    far.act(f"{case.acts}price", symbol=case.name, price="2930")
    with running(home) as engine:
        seen(engine, lambda view: case.symbol not in held(view) and not legs(view))
        assert len(done(far, case)) == 2
        start(engine, case, "again")
        seen(engine, lambda view: legs(view) == {"stop", "target"})
        assert engine.submit(Kill(0)).result(30).is_accepted
        seen(engine, lambda view: case.symbol not in held(view) and "flat at" in str(view.log))
    assert booked(home) == done(far, case)
    assert len(booked(home)) == 4


@pytest.mark.parametrize("case", [SPOT], indirect=True, ids=["binance"])
def test_coins_that_were_sold_elsewhere_while_we_were_away_are_ours_no_longer(
    far: Far, home: Path, case: Case
) -> None:
    with running(home) as engine:
        start(engine, case)
        assert held(seen(engine, held)) == {case.symbol: Decimal("0.999")}
    far.act("spot/external_order", symbol=case.name, side="SELL", quantity="0.999")
    with running(home) as engine:
        view = seen(engine, lambda view: not held(view))
        assert "changed from elsewhere" in str(view.log)
    assert booked(home) == done(far, case)


def start(engine: Engine, case: Case, bot: str = "guarded") -> None:
    seen(engine, opened("main"))
    seen(engine, lambda view: any(each.symbol == case.symbol for each in view.prices))
    script = GUARDED.format(symbol=case.symbol)
    receipt = engine.submit(StartBot(bot, "automated", "main", script)).result(30)
    assert receipt.is_accepted, receipt.text


def stop_of(view: DeskView, symbol: str) -> str:
    """How its position is protected, as its row says."""
    return next((each.stop for each in view.positions if each.symbol == symbol), "")


def legs(view: DeskView) -> set[str]:
    """Exits that work, by what we believe."""
    return {each.leg for each in view.orders if each.account == "main" and each.leg != "entry"}


Row = tuple[str, Decimal, Decimal, Decimal]


def booked(home: Path) -> list[Row]:
    """Every fill of the journal: side, price, units, fee."""
    journal = SqliteJournal(home)
    try:
        rows = [json.loads(row.body) for row in journal.rows(types=("OrderFilled",))]
    finally:
        journal.close()
    return sorted(
        (
            row["side"],
            Decimal(row["price"]),
            Decimal(row["quantity"]),
            Decimal(row["fee"]) + Decimal(row.get("other_fee", 0)),
        )
        for row in rows
    )


def done(far: Far, case: Case) -> list[Row]:
    """The same by the exchange's own books."""
    return sorted(
        (
            each["side"].lower(),
            Decimal(each["price"]),
            Decimal(each["quantity"]),
            Decimal(each["fee"]),
        )
        for each in far.act(f"{case.acts}fills")
    )
