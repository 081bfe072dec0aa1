"""What is set and read back at the exchange before the first order of a market."""

from __future__ import annotations

from decimal import Decimal

from lefi_tui.core.messages import VenueRejected
from lefi_tui.core.order import Side
from tests.exchange.near import BTC, Near, kinds, near, order

CHANGES = ("/fapi/v1/positionSide/dual", "/fapi/v1/marginType", "/fapi/v1/leverage")


def changes(on: Near) -> list[str]:
    return [each["path"] for each in on.calls(method="POST") if each["path"] in CHANGES]


def test_a_market_is_made_isolated_one_way_and_leveraged_before_its_first_order() -> None:
    async def story(on: Near) -> None:
        told = await on.venue.submit((order("one", leverage=Decimal(5)),))
        assert kinds(told) == ["VenueAccepted"]
        assert changes(on) == ["/fapi/v1/marginType", "/fapi/v1/leverage"]
        margins = [each["params"].get("marginType") for each in on.calls(path=CHANGES[1])]
        assert margins == ["ISOLATED"]
        assert [each["params"]["leverage"] for each in on.calls(path=CHANGES[2])] == ["5"]
        assert Decimal(on.act("positions")[0]["margin"]) > 0  # a wallet of its own
        await on.venue.submit((order("two", leverage=Decimal(5)),))
        assert len(changes(on)) == 2  # what is known to be so is not asked again

    near(story)


def test_a_hedged_account_is_switched_to_one_way() -> None:
    async def story(on: Near) -> None:
        on.act("settings", is_hedged=True)
        assert kinds(await on.venue.submit((order("one"),))) == ["VenueAccepted"]
        assert changes(on)[0] == "/fapi/v1/positionSide/dual"

    near(story)


def test_a_hedged_account_with_a_position_is_refused_in_words_and_nothing_is_sent() -> None:
    async def story(on: Near) -> None:
        on.act("settings", is_hedged=True)
        on.act("external_order", symbol="ETHUSDT", side="BUY", type="MARKET", quantity="1",
               positionSide="LONG")  # fmt: skip
        for name in ("one", "two"):
            (refused,) = await on.venue.submit((order(name),))
            assert isinstance(refused, VenueRejected)
            assert refused.code == "HEDGE_MODE"
            assert "Close what is open there" in refused.text
        assert not on.calls(is_order=True)

    near(story)


def test_a_cross_position_can_not_become_isolated_and_is_left_as_it_is() -> None:
    async def story(on: Near) -> None:
        on.act("external_order", symbol="BTCUSDT", side="BUY", type="MARKET", quantity="0.01")
        (refused,) = await on.venue.submit((order("one"),))
        assert isinstance(refused, VenueRejected)
        assert refused.code == "MARGIN_MODE"
        assert "isolated" in refused.text
        assert BTC in refused.text
        assert not on.calls(is_order=True)
        close = order("close", side=Side.SELL, is_reduce_only=True)
        assert kinds(await on.venue.submit((close,))) == ["VenueAccepted"]

    near(story)


def test_what_is_so_already_is_no_failure() -> None:
    async def story(on: Near) -> None:
        """Somebody switched it between our look and our word."""
        on.act("settings", is_hedged=True)
        on.act("fault", name="reject", code=-4059, text="No need to change position side.",
               path="/positionSide/dual", method="POST")  # fmt: skip
        on.act("fault", name="reject", code=-4046, text="No need to change margin type.",
               path="/marginType", method="POST")  # fmt: skip
        (refused,) = await on.venue.submit((order("one"),))
        assert isinstance(refused, VenueRejected)
        assert refused.code == "HEDGE_MODE"  # read back, and not so
        on.act("settings", is_hedged=False)
        (refused,) = await on.venue.submit((order("two"),))
        assert isinstance(refused, VenueRejected)
        assert refused.code == "MARGIN_MODE"
        assert kinds(await on.venue.submit((order("three"),))) == ["VenueAccepted"]

    near(story)
