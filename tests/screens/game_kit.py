"""A game as a screen is given it, made by the arithmetic of games."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from bots.ttadak.arithmetic import Fees, Liquidity, Rules, levels
from lefi_tui.core.order import Side
from lefi_tui.views.book_view import BookView, PrintRow, Rung, Standing
from lefi_tui.views.game_sides import side_view
from lefi_tui.views.game_view import (
    GameView,
    Held,
    Mark,
    OwnOrder,
    RoundRow,
    Setup,
    SideView,
    Span,
    Tally,
)

NOW_NS = 1_700_000_000_000_000_000
D = Decimal
RULES = Rules(
    leverage=D(100),
    target=D("0.01"),
    stop=D("0.3"),
    fees=Fees(D("0.0002"), D("0.0005")),
    maintenance=D("0.004"),
    tick=D("0.1"),
    entry=Liquidity.MAKER,
)
SETUP = Setup(
    D(100),
    D("0.01"),
    D("0.3"),
    (D("0.001"), D("0.002"), D("0.005"), D("0.01"), D("0.02")),
    4,
    "maker",
    "maker",
    "on-fill",
)


def side(which: Side, entry: str, rules: Rules = RULES) -> SideView:
    return side_view(levels(which, D(entry), rules), D("0.01"), rules)


def book(bid: str = "99999.9", ask: str = "100000.1", depth: int = 12) -> BookView:
    bids = tuple(Rung(D(bid) - D("0.1") * n, D("0.5") * (n % 4 + 1)) for n in range(depth))
    asks = tuple(Rung(D(ask) + D("0.1") * n, D("0.4") * (n % 3 + 1)) for n in range(depth))
    prints = (
        PrintRow(NOW_NS, D(ask), D("0.0123"), Side.BUY),
        PrintRow(NOW_NS - 10**9, D(bid), D("1.5"), Side.SELL),
    )
    return BookView("demo", "BTC/USDT:USDT", bids, asks, prints, 40, 40)


def flat(**other: Any) -> GameView:
    """Nothing is open; a book is there, so both sides are judged."""
    view = GameView(
        NOW_NS,
        "ttadak",
        ("ttadak",),
        account="demo",
        symbol="BTC/USDT:USDT",
        base="BTC",
        currency="USDT",
        status="running",
        is_alive=True,
        stage="disarmed",
        tick=D("0.1"),
        places=1,
        setup=SETUP,
        sides=(side(Side.BUY, "99999.9"), side(Side.SELL, "100000.1")),
        reach=Standing(12, 3, 40),
        spans=tuple(
            Span(name) for name in ("key-sent", "sent-ack", "ack-fill", "skew", "without exit")
        ),
    )
    return replace(view, **other)


def played(**other: Any) -> GameView:
    """A long of which the exit works, after some rounds."""
    mine = side(Side.BUY, "100000")
    rounds = (
        RoundRow(2, "sell", "lost", "stop", -300, D("-3.70"), -0.37, D("0.70"), D("0.40"), NOW_NS),
        RoundRow(1, "buy", "won", "exit", 501, D("0.10"), 0.01, D("0.40"), D("0.40"), NOW_NS),
    )
    tally = Tally(2, 1, 1, 1, D("-3.60"), D("1.10"), -1, D("0.10"), D("-3.70"), (0.0, 0.1, -3.6))
    shown = flat(
        stage="open",
        is_armed=True,
        sides=(mine,),
        held=Held(
            D("0.01"), D(100_000), D("99999.9"), -1, D("-0.001"), D("-0.70"),
            "stop 99,700.0 paper", is_bare=False, since_ns=NOW_NS,
        ),
        orders=(OwnOrder("sell", mine.target.price, D("0.01"), "exit", "accepted"),),
        marks=(
            Mark("E", D(100_000)),
            Mark("=", mine.break_even.price),
            Mark("T", mine.target.price),
            Mark("S", mine.stop.price),
        ),
        rounds=rounds,
        tally=tally,
        spans=(
            Span("key-sent", 1.4, 2, 1.2, 1.4, 1.4, (0, 0, 0, 2)),
            Span("sent-ack", 12.0, 2, 11.0, 12.0, 12.0, (0, 0, 0, 0, 0, 0, 2)),
            Span("ack-fill"),
            Span("skew"),
            Span("without exit", 0.0, 1, 0.0, 0.0, 0.0, (1,)),
        ),
    )  # fmt: skip
    return replace(shown, **other)
