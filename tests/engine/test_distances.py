"""How close a script's conditions are: by the bot that runs the text, or by a run of nobody's."""

from __future__ import annotations

import json

import pytest

from lefi_tui.core import messages as m
from lefi_tui.core.bot import Bar
from lefi_tui.core.codec import to_plain
from lefi_tui.core.desk import Desk, advance
from lefi_tui.engine.wire import query_data, read_query, read_view
from lefi_tui.views.distance_view import DistancesView
from lefi_tui.views.queries import DistancesQuery
from tests.engine.kit import ACCOUNT, SYMBOL
from tests.engine.test_worth import HOUR, MS, NOW_MS, Asked

RULES = f"""
script "Rules"
setting level = 50_000
state crossings = 0
on Candle("{SYMBOL}", 1h) {{
    if close > level {{ crossings = crossings + 1 }}
    if crossings > 2 {{ Buy("{SYMBOL}", 10%) }}
}}
"""


async def told(asked: Asked, query: DistancesQuery, desk: Desk | None = None) -> DistancesView:
    return await asked.worth.distances(query, desk or asked.desk, NOW_MS * MS)


def with_bot(asked: Asked, closes: tuple[float, ...], source: str = RULES) -> Desk:
    """A desk whose bot has run on these candles of an hour."""
    desk, _ = advance(asked.desk, m.StartBot("rules", "automated", ACCOUNT, source, title="Rules"))
    desk, _ = advance(desk, m.HistoryLoaded("rules", (), 0))
    for number, close in enumerate(closes):
        at_ms = number * HOUR
        bar = Bar(SYMBOL, HOUR, at_ms, close, close, close, close, 1.0)
        desk, _ = advance(desk, m.BarsClosed(ACCOUNT, at_ms + HOUR, (bar,)))
    return desk


@pytest.mark.asyncio
async def test_without_a_bot_the_market_is_asked_and_nothing_is_done() -> None:
    asked = Asked()
    before = asked.desk
    view = await told(asked, DistancesQuery(ACCOUNT, RULES))
    newest = asked.market.bars(SYMBOL, HOUR, 1, NOW_MS)[-1]
    assert (view.refusal, view.of, view.is_bot) == ("", ACCOUNT, False)
    assert view.at_ms == newest.time_ms + HOUR
    level, crossings = view.rows
    assert (RULES[level.start : level.end], level.line) == ("close > level", 6)
    assert level.is_met is (newest.close > 50_000)
    assert level.words.startswith("close is ")
    assert crossings.words.startswith("crossings is ")
    assert asked.desk is before


@pytest.mark.asyncio
async def test_a_bot_that_runs_the_text_tells_its_last_run() -> None:
    asked = Asked()
    desk = with_bot(asked, (49_000.0, 51_000.0, 49_900.0))
    view = await told(asked, DistancesQuery(ACCOUNT, RULES), desk)
    assert (view.of, view.is_bot, view.at_ms, view.refusal) == ("Rules", True, 3 * HOUR, "")
    assert [each.words for each in view.rows] == [
        "close is 0.2% below level (50000)",
        "crossings is 1 below 2",
    ]
    assert 0 < view.rows[0].degree < 0.5


@pytest.mark.asyncio
async def test_another_text_is_not_the_bots() -> None:
    asked = Asked()
    desk = with_bot(asked, (51_000.0,))
    other = RULES.replace("> level", "< level")
    assert not (await told(asked, DistancesQuery(ACCOUNT, other), desk)).is_bot
    named = await told(asked, DistancesQuery(ACCOUNT, other, bot="rules"), desk)
    assert (named.is_bot, named.rows[0].text) == (True, "close > level")


@pytest.mark.asyncio
async def test_what_can_not_be_told_says_why() -> None:
    asked = Asked()
    assert "no bot nobody" in (await told(asked, DistancesQuery(ACCOUNT, "", bot="nobody"))).refusal
    assert "no account" in (await told(asked, DistancesQuery("other", RULES))).refusal
    assert (await told(asked, DistancesQuery(ACCOUNT, "x ="))).refusal
    desk = with_bot(asked, ())
    assert "not run" in (await told(asked, DistancesQuery(ACCOUNT, RULES), desk)).refusal
    slow = RULES.replace("close > level", "EMA(close, 5) > level")
    desk = with_bot(asked, (1.0, 2.0), slow)
    assert "warming up" in (await told(asked, DistancesQuery(ACCOUNT, slow), desk)).refusal


@pytest.mark.asyncio
async def test_the_answer_crosses_the_wire_whole() -> None:
    asked = Asked()
    query = DistancesQuery(ACCOUNT, RULES)
    view = await told(asked, query)
    assert read_query(json.loads(json.dumps(query_data(query)))) == query
    assert read_view(query, json.loads(json.dumps(to_plain(view)))) == view
