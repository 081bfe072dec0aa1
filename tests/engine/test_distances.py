"""How close a script's conditions are: by the bot that runs the text, or by a run of nobody's."""

from __future__ import annotations

import json

import pytest

from lefi_tui.core import messages as m
from lefi_tui.core.bot import Bar
from lefi_tui.core.codec import to_plain
from lefi_tui.core.desk import Desk, advance
from lefi_tui.core.nearness import Gauging, Near, Side
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


def rows(view: DistancesView) -> list[Near]:
    return [each for run in view.runs for each in run.rows]


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
    assert (view.refusal, view.account, view.bot, view.is_bots) == ("", ACCOUNT, "", False)
    assert view.at_ms == newest.time_ms + HOUR
    level, crossings = rows(view)
    assert (RULES[level.start : level.end], level.line) == ("close > level", 6)
    assert level.is_met is (newest.close > 50_000)
    assert level.parts[0].left.value == newest.close
    assert crossings.parts[0].left.value == level.is_met
    assert asked.desk is before


@pytest.mark.asyncio
async def test_a_bot_that_runs_the_text_tells_its_last_run() -> None:
    asked = Asked()
    desk = with_bot(asked, (49_000.0, 51_000.0, 49_900.0))
    view = await told(asked, DistancesQuery(ACCOUNT, RULES), desk)
    assert (view.bot, view.is_bots, view.at_ms, view.refusal) == ("rules", True, 3 * HOUR, "")
    level, crossings = (each.parts[0] for each in rows(view))
    assert (level.left.value, level.right, level.away) == (49_900, Side("level", 50_000), 0.002)
    assert crossings.left.value == 1
    assert view.states == (("crossings", "1"),)


@pytest.mark.asyncio
async def test_a_bot_whose_lines_end_otherwise_runs_the_same_text() -> None:
    asked = Asked()
    desk = with_bot(asked, (49_900.0,), RULES.replace("\n", "\r\n"))
    assert (await told(asked, DistancesQuery(ACCOUNT, RULES), desk)).is_bots
    assert (await told(asked, DistancesQuery(ACCOUNT, RULES, bot="rules"), desk)).is_bots


@pytest.mark.asyncio
async def test_each_handler_is_told_by_its_own_last_run_and_one_that_never_ran_says_so() -> None:
    both = RULES + 'on Event("go") { if event.size > 3 { crossings = 0 } }\n'
    asked = Asked()
    desk = with_bot(asked, (49_000.0, 51_000.0), both)
    candle, event = (await told(asked, DistancesQuery(ACCOUNT, both), desk)).runs
    assert (len(candle.rows), candle.at_ms, candle.refusal) == (2, 2 * HOUR, "")
    assert (event.rows, event.line, event.title) == ((), 9, "event go")
    assert event.refusal == "has not run since the bot was started or changed"


@pytest.mark.asyncio
async def test_a_handler_that_ran_is_told_also_when_another_ran_since_and_after_a_restart() -> None:
    both = RULES + f'on Candle("{SYMBOL}", 2h) {{ if close > 7 {{ crossings = 0 }} }}\n'
    asked = Asked()
    desk = with_bot(asked, (51_000.0,), both)
    bar = Bar(SYMBOL, 2 * HOUR, 0, 6.0, 6.0, 6.0, 6.0, 1.0)
    desk, _ = advance(desk, m.BarsClosed(ACCOUNT, 2 * HOUR, (bar,)))
    view = await told(asked, DistancesQuery(ACCOUNT, both), desk)
    assert [(len(each.rows), each.at_ms) for each in view.runs] == [(2, HOUR), (1, 2 * HOUR)]
    kind, bot = desk.kinds["automated"], desk.bots["rules"]
    assert isinstance(kind, Gauging)
    kept = json.loads(json.dumps(kind.encode(bot.state)))
    again = kind.decode(both, {}, kept)
    assert kind.nearness(again).runs == view.runs
    del kept["others"]  # as it was written before each handler was known by its own run
    first, second = kind.nearness(kind.decode(both, {}, kept)).runs
    assert (first.rows, len(second.rows)) == ((), 1)


@pytest.mark.asyncio
async def test_in_the_market_alone_a_handler_that_no_candle_runs_says_so() -> None:
    both = RULES + "on Fill { if event.price > 3 { crossings = 0 } }\n"
    _, fill = (await told(Asked(), DistancesQuery(ACCOUNT, both))).runs
    assert (fill.rows, fill.refusal) == ((), "the newest candle does not make it run")


@pytest.mark.asyncio
async def test_another_text_is_not_the_bots() -> None:
    asked = Asked()
    desk = with_bot(asked, (51_000.0,))
    other = RULES.replace("> level", "< level")
    assert not (await told(asked, DistancesQuery(ACCOUNT, other), desk)).is_bots
    level = (("level", "40_000"),)
    named = await told(asked, DistancesQuery(ACCOUNT, other, level, "rules"), desk)
    assert (named.is_bots, named.bot, rows(named)[0].text) == (False, "rules", "close < level")
    assert rows(named)[0].parts[0].right == Side("level", 40_000)


@pytest.mark.asyncio
async def test_what_can_not_be_told_says_why() -> None:
    asked = Asked()
    assert "no account" in (await told(asked, DistancesQuery("other", RULES))).refusal
    assert (await told(asked, DistancesQuery(ACCOUNT, "x ="))).refusal
    desk = with_bot(asked, ())
    assert "not run" in (await told(asked, DistancesQuery(ACCOUNT, RULES), desk)).refusal
    slow = RULES.replace("close > level", "EMA(close, 5) > level")
    desk = with_bot(asked, (1.0, 2.0), slow)
    (run,) = (await told(asked, DistancesQuery(ACCOUNT, slow), desk)).runs
    assert "warming up" in run.refusal


@pytest.mark.asyncio
async def test_the_answer_crosses_the_wire_whole() -> None:
    asked = Asked()
    query = DistancesQuery(ACCOUNT, RULES)
    view = await told(asked, query)
    assert read_query(json.loads(json.dumps(query_data(query)))) == query
    assert read_view(query, json.loads(json.dumps(to_plain(view)))) == view
