"""Under a bot's last run stands only what came of that run, and the numbers that decided it."""

from __future__ import annotations

from msgspec.structs import replace

from bots.automated.kind import Automated
from lefi_tui.core import messages as m
from lefi_tui.core.bot import Bar
from lefi_tui.views.bot_picture import bot_view
from lefi_tui.views.why_picture import why
from tests.screens.hand_fed import MS, START_NS, HandFed
from widgets.bot_pane import in_front
from widgets.lines import Frame

MINUTE_MS = 60_000
CROSS = """\
on Candle("ETH/USDT", 1m) {
    quick = EMA(close, 2)
    calm = EMA(close, 4)
    if CrossesAbove(quick, calm) { Buy("ETH/USDT", 50 USDT) }
    if CrossesBelow(quick, calm) { Close("ETH/USDT") }
}
"""
FLAT, FALL, RISE = 1_581.37586571, 1_540.0, 1_700.0


def ran(*closes: float) -> HandFed:
    """A bot after a candle of each close."""
    fed = HandFed()
    fed.desk = replace(fed.desk, kinds={"automated": Automated()})
    fed.tell(m.StartBot("cross", "automated", "demo", CROSS, at_ns=START_NS))
    fed.tell(m.HistoryLoaded("cross", (), START_NS))
    for number, close in enumerate(closes):
        opened = START_NS // MS + number * MINUTE_MS
        fed.now_ns = START_NS + (number + 1) * MINUTE_MS * MS
        fed.quote("ETH/USDT", close)
        bar = Bar("ETH/USDT", MINUTE_MS, opened, close, close, close, close, 1.0)
        fed.tell(m.BarsClosed("demo", opened + MINUTE_MS, (bar,)))
    return fed


def told(fed: HandFed) -> tuple[str, ...]:
    return why(fed.state, fed.desk, "cross", fed.now_ns).lines


def test_what_came_before_a_run_is_not_told_as_what_came_of_it() -> None:
    fed = ran(*[FLAT] * 5, FALL, RISE)
    assert any("Sent buy 0.029 ETH" in line for line in told(fed)), told(fed)
    fed = ran(*[FLAT] * 5, FALL, RISE, RISE)
    assert told(fed)[-1] == "Nothing came of it: no order went out."


def test_a_close_of_nothing_says_that_nothing_was_held() -> None:
    lines = told(ran(*[FLAT] * 5, FALL))
    assert lines[0].endswith("close ETH/USDT: nothing is held there, no order goes out")
    assert lines[-1] == "Nothing came of it: no order went out."


def test_a_crossing_shows_the_values_before_it_by_the_tick_of_its_market() -> None:
    lines = told(ran(*[FLAT] * 5, FALL))
    at = lines.index("line 5: CrossesBelow(quick, calm) -> yes")
    past = "quick[1] 1,581.38 >= calm[1] 1,581.38: true, of earlier candles"
    assert lines[at + 1].strip() == past
    assert lines[at + 2].strip().startswith("quick 1,553.79 < calm 1,564.83: true by 11.03 USDT")


def test_a_run_that_decided_nothing_stands_above_the_last_decisions() -> None:
    fed = ran(*[FLAT] * 5, FALL, RISE, RISE)
    heading = rows(fed).index(next(row for row in rows(fed) if row.startswith("Last")))
    newest = rows(fed)[heading + 1 : heading + 3]
    assert newest == ["22:21:20 Ran, and decided nothing", "candle ETH/USDT 1m: no order"]
    assert not any("decided nothing" in row for row in rows(ran(*[FLAT] * 5, FALL, RISE)))


def rows(fed: HandFed) -> list[str]:
    view = bot_view(fed.desk, fed.state, "cross", fed.now_ns, None)
    return [row.text.strip() for row in in_front(view, "", Frame(100, 30), 0)]
