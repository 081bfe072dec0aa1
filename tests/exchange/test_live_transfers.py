"""Money between wallets of one login, over the wire: sent once, and found out whatever happens."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest
from msgspec.structs import replace

from lefi_tui.adapters.ccxt_link import ExchangeLink
from lefi_tui.adapters.ccxt_venue import ExchangeVenue
from lefi_tui.adapters.system_clock import SystemClock
from lefi_tui.core.messages import MoneyMoved, MoveMoney, Report
from lefi_tui.engine.moving import Moving
from lefi_tui.engine.world import World
from lefi_tui.ports.venue import VenueTimeoutError
from tests.exchange.loopback.host import Far, exchange_in_thread

pytestmark = pytest.mark.asyncio(loop_scope="module")
PATH = "/asset/transfer"
MINUTE_NS = 60_000_000_000


@pytest.fixture(scope="module")
def far() -> Iterator[Far]:
    with exchange_in_thread() as opened:
        yield opened


@pytest.fixture
def venue(link: ExchangeLink) -> ExchangeVenue:
    """The exchange goes on from test to test: to begin anew it would cut its lines."""
    return ExchangeVenue(link, SystemClock(), "main", "USDT")


class Seen:
    """What left the wallet, and how often that was asked for, since this was made."""

    def __init__(self, far: Far) -> None:
        self._far = far
        self._balance, self._sent = self._now()

    def _now(self) -> tuple[Decimal, int]:
        asked = self._far.act("calls", method="POST")
        moves = [each for each in asked if each["path"].endswith(PATH)]
        return Decimal(self._far.act("balances")["USDT"]), len(moves)

    @property
    def left(self) -> Decimal:
        return self._balance - self._now()[0]

    @property
    def times(self) -> int:
        return self._now()[1] - self._sent


@pytest.fixture
def seen(far: Far) -> Seen:
    return Seen(far)


def asked(**more: object) -> MoveMoney:
    now_ns = SystemClock().now_ns()
    made = MoveMoney("main", "f1", "", "spot", "USDT", Decimal(100), now_ns)
    return replace(made, **more)


async def moved(venue: ExchangeVenue, effect: MoveMoney) -> list[MoneyMoved]:
    """As the engine does it, to its last word."""
    told: list[Report] = []
    moving = Moving(World(SystemClock(), venues={"main": venue}), told.append)
    moving.carry_out(effect)
    moving.carry_out(effect)  # one of each at a time
    while not told or (isinstance(told[-1], MoneyMoved) and told[-1].state == "unknown"):
        await SystemClock().sleep(0.02)
    await moving.close()
    return [each for each in told if isinstance(each, MoneyMoved)]


async def test_money_goes_to_another_wallet_of_the_login(venue: ExchangeVenue, seen: Seen) -> None:
    (done,) = await moved(venue, asked())
    assert (done.state, bool(done.transfer)) == ("done", True)
    assert (seen.left, seen.times) == (Decimal(100), 1)


@pytest.mark.parametrize("fault", ["502 after", "reset after", "page", "truncated"])
async def test_one_whose_answer_is_lost_is_found_and_not_sent_again(
    far: Far, venue: ExchangeVenue, seen: Seen, fault: str
) -> None:
    far.act("fault", name=fault, path=PATH, method="POST")
    doubted, done = await moved(venue, asked())
    assert (doubted.state, done.state) == ("unknown", "done")
    assert (seen.left, seen.times) == (Decimal(100), 1)


async def test_one_that_is_still_on_its_way_there_is_not_told_as_done(
    far: Far, venue: ExchangeVenue, seen: Seen
) -> None:
    far.act("fault", name="502 after", path=PATH, method="POST")
    effect = asked(amount=Decimal(11))
    assert (await venue.move(effect)).state == "unknown"
    far.act("spot/transfer_status", status="PENDING")
    with pytest.raises(VenueTimeoutError, match="still on its way there: PENDING"):
        await venue.find_move(effect)
    far.act("spot/transfer_status", status="FAILED")
    assert (await venue.find_move(effect)).state == "refused"
    far.act("spot/transfer_status", status="CONFIRMED")
    assert (await venue.find_move(effect)).state == "done"
    assert seen.times == 1


async def test_one_that_never_came_there_is_told_as_that_when_it_is_certain(
    far: Far, venue: ExchangeVenue, seen: Seen
) -> None:
    far.act("fault", name="502 before", path=PATH, method="POST")
    effect = asked(amount=Decimal(7))  # as no other
    assert (await venue.move(effect)).state == "unknown"
    with pytest.raises(VenueTimeoutError, match="too early"):
        await venue.find_move(effect)
    earlier = replace(effect, since_ns=effect.since_ns - MINUTE_NS)
    assert (await venue.find_move(earlier)).state == "refused"
    assert seen.left == 0


async def test_the_same_sum_that_was_moved_before_is_not_taken_for_it(
    far: Far, venue: ExchangeVenue
) -> None:
    before = await venue.move(asked(amount=Decimal(9)))
    far.act("fault", name="502 before", path=PATH, method="POST")
    effect = asked(amount=Decimal(9), known=(before.transfer,))
    assert (await venue.move(effect)).state == "unknown"
    with pytest.raises(VenueTimeoutError, match="too early"):
        await venue.find_move(effect)
    assert (await venue.find_move(replace(effect, known=()))).transfer == before.transfer


async def test_one_that_was_sent_before_a_start_is_only_looked_for(
    venue: ExchangeVenue, seen: Seen
) -> None:
    effect = asked()
    await venue.move(effect)
    (found,) = await moved(venue, replace(effect, is_sent=True))
    assert found.state == "done"
    assert (seen.left, seen.times) == (Decimal(100), 1)


async def test_too_much_a_missing_right_and_an_unknown_wallet_are_refused_in_words(
    far: Far, venue: ExchangeVenue, seen: Seen
) -> None:
    (poor,) = await moved(venue, asked(amount=Decimal(50_000)))
    assert (poor.state, "insufficient" in poor.text) == ("refused", True)
    (nowhere,) = await moved(venue, asked(to="moon"))
    assert (nowhere.state, "moon" in nowhere.text) == ("refused", True)
    far.act("rights", key=far.key.key, can_transfer=False)
    (may_not,) = await moved(venue, asked())
    assert may_not.state == "refused"
    assert seen.left == 0
