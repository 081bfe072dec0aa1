"""Cash flows that a script plans: on their date, and for a day, a person may settle them, once."""

from __future__ import annotations

import pytest

from lefi_tui.core.cash_flow import FLOWS_MAX
from lefi_tui.core.messages import (
    CashFlowPlanned,
    CashFlowSettled,
    CommandRefused,
    SettleCashFlow,
)
from tests.engine.waiting_kit import NS, Story

RENT = "state rent = 0 USDT\non Start { rent pays 1_000 USDT in 2d at 5% }"
DAY_S = 86_400


def planned(source: str = RENT, *, restarts: bool = False) -> tuple[Story, str]:
    story = Story(source, restarts=restarts)
    story.prices(100.0)
    return story, story.of(CashFlowPlanned)[0].id


def settled_at(story: Story, flow: str, second: int) -> str:
    """The refusal, if it is one."""
    story.second = second
    story.said.clear()
    story.tell(SettleCashFlow(flow, at_ns=second * NS, by="anna"))
    refused = story.of(CommandRefused)
    return refused[0].text if refused else ""


@pytest.mark.parametrize("restarts", [False, True])
def test_a_flow_is_settled_once_on_its_day(restarts: bool) -> None:  # noqa: FBT001 -- a case
    story, flow = planned(restarts=restarts)
    assert "not due yet" in settled_at(story, flow, 2 * DAY_S)
    assert settled_at(story, flow, 2 * DAY_S + 2) == ""
    assert story.of(CashFlowSettled) == [CashFlowSettled(flow, "b", story.now, "anna")]
    assert "was settled" in settled_at(story, flow, 2 * DAY_S + 3)


def test_what_nobody_settled_in_a_day_is_missed() -> None:
    story, flow = planned()
    assert "is missed" in settled_at(story, flow, 3 * DAY_S + 2)


def test_the_desk_knows_so_many_open_flows_and_forgets_what_was_missed() -> None:
    source = """
    state rent = 0 USDT
    on PriceUpdate("BTC/USDT") { repeat 100 { rent pays 1 USDT in 2d } }
    """
    story = Story(source)
    for _ in range(FLOWS_MAX // 100 + 1):
        story.prices(100.0, "BTC/USDT")
    assert len(story.desk.flows) == FLOWS_MAX
    assert len({each.id for each in story.of(CashFlowPlanned)}) == FLOWS_MAX + 100
    story.second = 4 * DAY_S
    story.prices(100.0, "BTC/USDT")
    assert len(story.desk.flows) == 100


def test_a_date_past_all_years_is_told_and_can_not_be_settled() -> None:
    source = """
    state rent = 0 USDT
    on Start { x = 1_000_000_000; rent pays 1 USDT in 2d * x * x * x * x }
    """
    story, flow = planned(source)
    assert flow == ""
    assert story.desk.flows == {}
    assert "in no year from 1970 to 9999" in story.notes()[0]
