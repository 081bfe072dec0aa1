"""An exchange's wallet over the wire: the desk's books against the exchange's own, to the digit."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
import pytest_asyncio

from lefi_tui.adapters.ccxt_link import ExchangeLink
from lefi_tui.adapters.ccxt_venue import ExchangeVenue
from lefi_tui.adapters.exchange_wallet import EVERY_S, SOON_S
from lefi_tui.adapters.system_clock import SystemClock
from lefi_tui.core.desk import BotStatus, Desk, advance
from lefi_tui.core.messages import (
    Event,
    ListInstruments,
    MarketInput,
    OpenAccount,
    OrderFilled,
    Report,
    Sizing,
    StartBot,
    SubmitOrders,
    WalletBooked,
    WalletDiffered,
    WalletSeen,
)
from lefi_tui.core.wallet import Wallet, held
from tests.exchange.loopback.host import Far, exchange_in_thread
from tests.unit.core.desk_kit import PERPETUAL, SPOT, Told, quote

BTC = "BTC/USDT:USDT"
ROUNDED = Decimal("0.00000002")  # the exchange keeps eight digits of each entry

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def far() -> Iterator[Far]:
    with exchange_in_thread() as opened:
        yield opened


class Books:
    """A desk beside the exchange: what the venue tells goes into it, as the engine does it."""

    def __init__(self, link: ExchangeLink) -> None:
        self.clock = SystemClock()
        self.venue = ExchangeVenue(link, self.clock, "main", "USDT")
        self.desk = Desk(kinds={"told": Told()})
        self.events: list[Event] = []
        self.venue.listen(self.hear)
        self.venue.wallet.listen(self.hear)
        self.readings: list[WalletSeen] = []

    def hear(self, message: Report | MarketInput) -> None:
        if isinstance(message, WalletSeen):
            self.readings.append(message)
        self.desk, step = advance(self.desk, message)
        self.events += [each for each in step.events if isinstance(each, Event)]

    async def open(self) -> Books:
        read = await self.venue.wallet.opening()
        asked = OpenAccount(
            "main", "USDT", read.cash, "live", "binanceusdm sandbox", Sizing.AT_DECISION,
            Decimal(0), Decimal(0), read_ns=read.at_ns, others=read.others,
            has_entries=read.has_entries,
        )  # fmt: skip
        self.desk, _ = advance(self.desk, asked)
        self.desk, _ = advance(self.desk, ListInstruments("main", (SPOT, PERPETUAL)))
        return self

    async def sell(self) -> None:
        """A bot's short of 0.1 BTC at ten times, filled."""
        started = StartBot("b", "told", "main", "short", at_ns=self.clock.now_ns())
        self.desk, _ = advance(self.desk, started)
        self.desk, step = advance(self.desk, quote(60_000.0, BTC))
        (sent,) = (each for each in step.effects if isinstance(each, SubmitOrders))
        for report in await self.venue.submit(sent.orders):
            self.hear(report)
        for report in await self.venue.look_up(sent.orders[0].id):
            self.hear(report)

    async def read(self) -> Wallet:
        """Twice, as by the clock: the second reading is steady."""
        await self.venue.wallet.look()
        await self.venue.wallet.look()
        return self.readings[-1].wallet

    def ours(self, currency: str = "USDT") -> Decimal:
        return held(self.desk.ledger, "main", currency)

    def of(self, kind: type[Any]) -> list[Any]:
        return [each for each in self.events if isinstance(each, kind)]


@pytest_asyncio.fixture(loop_scope="module")
async def books(far: Far, link: ExchangeLink) -> Books:
    far.act("begin")
    far.act("deposit", asset="BNB", amount="1")
    return await Books(link).open()


def theirs(far: Far, currency: str = "USDT") -> Decimal:
    return Decimal(far.act("balances")[currency])


async def test_fees_in_bnb_funding_insurance_and_unknown_entries_leave_the_books_at_the_wallet(
    far: Far, books: Books
) -> None:
    far.act("settings", pays_bnb=True)
    await books.sell()
    far.act("fund", symbol="BTCUSDT", rate="0.0001")
    far.act("deposit", asset="USDT", amount="250")
    far.act("deposit", asset="USDT", amount="-3", kind="NEVER_HEARD_OF")
    far.act("deposit", asset="USDT", amount="-1.25", kind="INSURANCE_CLEAR")
    wallet = await books.read()
    (fill,) = books.of(OrderFilled)
    assert (fill.fee, fill.other_currency) == (0, "BNB")
    assert fill.other_fee > 0
    assert {each.kind: each.book for each in books.of(WalletBooked)} == {
        "TRANSFER": "outside", "NEVER_HEARD_OF": "other", "INSURANCE_CLEAR": "insurance",
    }  # fmt: skip
    assert books.desk.positions["main", BTC].funding < 0  # a short is paid
    assert {each.currency: each.total for each in wallet.balances} == {
        "USDT": books.ours(), "BNB": books.ours("BNB"),
    }  # fmt: skip
    assert (books.ours(), books.ours("BNB")) == (theirs(far), theirs(far, "BNB"))
    assert books.of(WalletDiffered) == []


async def test_a_second_run_hears_the_same_entries_and_books_none_twice(
    far: Far, books: Books, link: ExchangeLink
) -> None:
    far.act("deposit", asset="USDT", amount="250")
    await books.read()
    again = Books(link)
    again.desk = books.desk
    known = again.desk.wallets["main"]
    again.venue.wallet.remember(known.opened_ns, known.entries_ns)
    far.act("deposit", asset="USDT", amount="-50")
    await again.read()
    assert [each.amount for each in again.of(WalletBooked)] == [-50]
    assert again.ours() == theirs(far)


async def test_a_position_is_shown_with_its_liquidation_margin_and_leverage(
    far: Far, books: Books
) -> None:
    await books.sell()
    wallet = await books.read()
    (shown,) = wallet.positions
    (there,) = far.act("positions")
    assert (shown.symbol, shown.units) == (BTC, Decimal("-0.1"))
    assert shown.leverage == 10
    assert shown.liquidation is not None
    assert shown.mark is not None
    assert float(shown.liquidation) == pytest.approx(float(there["liquidation"]))
    assert shown.liquidation > shown.mark
    assert shown.maintenance is not None
    assert shown.maintenance > 0
    assert wallet.margin_use == pytest.approx(0.06, abs=0.01)  # 600 of 10,000


async def test_a_trade_of_another_hand_is_a_difference_with_its_size_and_nothing_is_written_over(
    far: Far, books: Books
) -> None:
    far.act("external_order", symbol="BTCUSDT", side="BUY", type="MARKET", quantity="0.02",
            newClientOrderId="web_1")  # fmt: skip
    far.act("price", symbol="BTCUSDT", price="60300")  # profit that is not taken is no cash
    await books.read()
    (told,) = books.of(WalletDiffered)
    (drift,) = told.drifts
    assert (drift.ours, drift.theirs) == (10_000, theirs(far))
    assert books.ours() == 10_000
    await books.read()
    assert len(books.of(WalletDiffered)) == 1


@pytest.mark.parametrize("way", ["liquidation", "adl"])
async def test_what_the_exchange_takes_by_force_is_booked_as_it_was_and_holds_its_bot(
    far: Far, books: Books, way: str
) -> None:
    await books.sell()
    if way == "adl":
        far.act("deleverage", symbol="BTCUSDT")
    else:
        far.act("price", symbol="BTCUSDT", price="200000")
    assert far.act("positions") == []
    await books.read()
    (taken,) = [each for each in books.of(OrderFilled) if each.reason == way]
    assert taken.owner == "b"
    assert taken.order.startswith("adl_autoclose" if way == "adl" else "autoclose-")
    assert books.desk.positions["main", BTC].units == 0
    assert books.desk.bots["b"].status is BotStatus.ASKED
    assert abs(books.ours() - theirs(far)) < ROUNDED
    assert books.of(WalletDiffered) == []


async def test_a_wallet_that_moved_is_read_again_soon_and_one_that_is_silent_later(
    far: Far, books: Books
) -> None:
    assert await books.venue.wallet.look() == SOON_S
    assert await books.venue.wallet.look() == EVERY_S
    far.act("fault", name="503 unavailable", path="/fapi/v3/account", times=9)
    assert await books.venue.wallet.look() == EVERY_S
    assert len(books.readings) == 2
    far.act("no_faults")


async def test_a_reading_costs_little_of_what_the_exchange_allows(far: Far, books: Books) -> None:
    await books.read()
    before = len(far.act("calls"))
    await books.venue.wallet.look()
    asked = [each["path"] for each in far.act("calls")[before:]]
    assert sorted(asked) == ["/fapi/v1/income", "/fapi/v3/account", "/fapi/v3/positionRisk"]


@pytest.mark.parametrize("exchange", ["okx", "binance"])
async def test_the_wallet_of_another_exchange_is_read_and_held_against_the_books(
    far: Far, exchange: str
) -> None:
    """Its ledger of entries is not read: nothing of it is booked by itself."""
    far.act("begin")
    key = {"apiKey": far.key.key, "secret": far.key.secret, "password": far.key.passphrase}
    private = {"key": key, "trades": True, "currency": "USDT"}
    async with ExchangeLink(exchange, far.ccxt(None), private=lambda: private) as link:
        books = await Books(link).open()
        wallet = await books.read()
        assert [(each.currency, each.total) for each in wallet.balances] == [
            ("USDT", Decimal(10_000))
        ]
        assert not books.desk.wallets["main"].has_entries
        assert books.of(WalletDiffered) == []
