"""Why by keys: on a bot, an order, a fill in the chart and a candle in which nothing was done."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace
from rich.cells import cell_len

from lefi_tui.core.bot import ConditionMet, RunSeen, RunTrace
from lefi_tui.core.messages import StartBot, Verdict
from lefi_tui.views.queries import StoryQuery
from lefi_tui.views.story_view import BotRuns, Decided, StoryView
from lefi_tui.views.story_words import CONDITIONS_MAX, words
from tests.screens.real_desk import BUYER, opened
from tests.screens.test_chart import MARKS, MINUTE, NOON_MS, chart
from widgets.chart import Chart
from widgets.ink import PALETTES


@pytest.mark.asyncio
@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_w_tells_the_story_of_a_bot_an_order_and_a_candle(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with opened(tmp_path, size) as desk:
        await desk.send(StartBot("first", "automated", "demo", BUYER))
        await desk.until("Bought")
        await desk.press("w")
        await desk.until("w the whole story")
        await desk.press("w")
        await desk.until("Began with a price")
        await desk.press("escape", "f5")
        await desk.until("3 of 3")
        await desk.press("enter")
        await desk.until("line 6: not bought -> yes (bought false)")
        assert {cell_len(line) for line in desk.lines} == {size[0]}
        assert "passed  validity: " in desk.text
        assert "STOPPED" not in desk.text
        await desk.press("pagedown", "pagedown")
        await desk.until("fees 0.9")
        assert " DEMO " in desk.text
        await desk.press("escape", "f2")
        await desk.until("┃ Prices")
        if size[1] < 40:
            await desk.press("v")
        await desk.press("left", "left")
        await desk.until("no fill of yours")
        await desk.press("w")
        await desk.until("No handler ran in that time.")


def test_in_the_chart_a_fill_is_asked_for_by_its_order_and_a_candle_by_its_time() -> None:
    pane = Chart(PALETTES["truecolor"], id="chart")
    assert pane.why is None
    marks = tuple(replace(each, order=f"L{number}") for number, each in enumerate(MARKS))
    pane.shown = chart(marks=marks)
    newest_ms = pane.shown.candles[-1].time_ms
    pane.back = (newest_ms - (NOON_MS + 5 * MINUTE)) // MINUTE
    assert pane.why == StoryQuery(order="L1")
    pane.back += 1
    begin_ms = NOON_MS + 4 * MINUTE
    account, symbol = pane.shown.account, pane.shown.symbol
    assert pane.why == StoryQuery(
        account=account, symbol=symbol, since_ms=begin_ms, until_ms=begin_ms + MINUTE
    )


def test_what_stopped_an_order_stands_with_value_and_bound() -> None:
    stopped = Verdict("spread", "12 bp", "5 bp", passed=False, code="SPREAD_TOO_WIDE", text="wide")
    met = ConditionMet(4, "close > 105", outcome=True, values=(("close", "106"),))
    run = RunSeen(RunTrace(0, "candle BTC/USDT 1m", "buy BTC/USDT"), (met,) * 99)
    view = StoryView(
        "Order L1",
        story=7,
        bots=(BotRuns("ema", "EMA", 0, (run,)),),
        decided=(Decided("Denied buy 1 BTC", "denied", "wide", "L1", (stopped,)),),
        leads_to=(9,),
    )
    text = "\n".join(words(view))
    assert "STOPPED SPREAD_TOO_WIDE  spread: 12 bp, bound 5 bp" in text
    assert f"and {99 - CONDITIONS_MAX} conditions more" in text
    assert "It led to #9." in text


@pytest.mark.parametrize(
    ("value", "bound", "said"),
    [
        ("1.298098200001 USDT", "9,999.540340099999 USDT free", "1.2981 USDT, bound 9,999.54 USDT"),
        ("0.000012345678 BTC", "no limit", "0.0000123457 BTC, bound no limit"),
        ("0.002", "0.003", "0.002, bound 0.003"),
        # Where fewer digits would make it say that a thing is above itself, all are there.
        ("100.000001 USDT", "100 USDT free", "100.000001 USDT, bound 100 USDT free"),
    ],
)
def test_a_verdict_has_as_many_digits_as_a_person_compares(
    value: str, bound: str, said: str
) -> None:
    judged = Verdict("validity", value, bound, passed=True)
    view = StoryView("Order L1", decided=(Decided("Sent", "sent", "", "L1", (judged,)),))
    assert f"passed  validity: {said}" in "\n".join(words(view))


def test_while_it_is_carried_out_again_it_says_how_far_it_is() -> None:
    waiting = StoryView("Order L1", is_ready=False, done=1_200, total=30_000)
    assert "1,200 of 30,000 messages" in "\n".join(words(waiting))
