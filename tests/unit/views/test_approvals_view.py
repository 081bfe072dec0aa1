"""What waits for a person as text: effects, band, time, and why it is not for whoever looks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from lefi_tui.core.answered import came_of
from lefi_tui.core.codec import from_plain, to_plain
from lefi_tui.core.messages import (
    AnswerApproval,
    ApprovalAnswered,
    ApprovalRequested,
    ChangeLimits,
    QuoteChanged,
)
from lefi_tui.core.roles import Who
from lefi_tui.views.approvals_picture import approvals_view, with_questions
from lefi_tui.views.approvals_view import ApprovalsView, later
from lefi_tui.views.bot_picture import bot_view
from lefi_tui.views.fold import ScreenState, fold
from lefi_tui.views.picture import picture
from tests.engine.waiting_kit import NS, Story
from widgets.approvals import page, whole
from widgets.edge import top_line
from widgets.ink import Glyphs, Ink
from widgets.lines import Frame

ASKS = 'on Start { authorize within 10m { Buy("BTC/USDT", 50%) } else { Print("no") } }'
ANNA = Who("anna")
FRAME = Frame(78, 22)


@pytest.fixture
def story() -> Story:
    told = Story(ASKS)
    told.prices(100.0)
    return told


def view_of(story: Story, who: Who = ANNA, seconds: int = 0) -> ApprovalsView:
    return approvals_view(story.desk, seen(story), who, story.now + seconds * NS, ())


def seen(story: Story) -> ScreenState:
    """Prices as a screen knows them."""
    state = ScreenState()
    for (account, _), quote in story.desk.quotes.items():
        state = fold(state, QuoteChanged(account, quote))
    return state


def test_a_question_stands_with_all_its_effects_in_every_size(story: Story) -> None:
    view = view_of(story)
    text = page(view, view.rows[0], FRAME).text
    for words in (
        "buy 49.95 BTC/USDT  on main  DRY",
        "worst price 101.1, costs at most 5,0",
        "price 100.0 when asked, 100.0 now (0.00%)",
        "the gate: yes",
        "10:00 left",
        "you may: a approves, x declines; anna started the bot",
    ):
        assert words in text
    assert whole(view.rows[0])[0] == "buy 49.95 BTC/USDT on account main (DRY)"
    assert from_plain(ApprovalsView, to_plain(view)) == view


@given(width=st.integers(20, 200), height=st.integers(1, 50))
def test_every_line_is_as_wide_as_its_pane(width: int, height: int) -> None:
    told = Story(ASKS)
    told.prices(100.0)
    view = view_of(told)
    drawn = page(view, view.rows[0], Frame(width, height))
    assert len(drawn.rows) == height
    assert {cell_len(row.text) for row in drawn.rows} == {width}


def test_a_price_past_the_band_says_that_a_yes_asks_again(story: Story) -> None:
    story.prices(103.0)
    view = view_of(story)
    assert "103.0 now (+3.00%), past 1%: a yes asks again" in page(view, view.rows[0], FRAME).text


def test_what_is_over_is_shown_as_over_also_when_the_engine_is_silent(story: Story) -> None:
    view = later(view_of(story, seconds=590), 20_000)
    assert view.rows[0].is_over
    assert "Its time is over" in page(view, view.rows[0], FRAME).text


def test_who_may_not_answer_reads_why(story: Story) -> None:
    view = view_of(story, Who("bert", "trader"))
    assert "needs the role approver; bert is trader" in page(view, view.rows[0], FRAME).text


def test_the_frame_counts_what_waits_for_whoever_looks_and_turns_urgent(story: Story) -> None:
    def top(who: Who, seconds: int) -> dict[str, Ink]:
        desk = picture(seen(story), story.desk, story.now + seconds * NS)
        view = with_questions(desk, story.desk, who)
        row = top_line(view, view.banner.mode, 60, Glyphs(), ("Ctrl+O", ""))
        return {text.strip(): ink for text, ink in row.spans}

    assert top(ANNA, 0)["1 waits for you: Ctrl+O"] is Ink.WARN
    assert top(ANNA, 545)["1 waits for you: Ctrl+O"] is Ink.ALARM
    assert not any("waits for you" in text for text in top(ANNA, 600))
    assert not any("waits for you" in text for text in top(Who("bert", "viewer"), 0))


def test_a_bot_says_what_its_runs_wait_for(story: Story) -> None:
    view = bot_view(story.desk, ScreenState(), "b", story.now, None)
    assert [(each.told, each.until_ms) for each in view.waits] == [
        ("waits for the yes of a person", story.now // 1_000_000 + 600_000)
    ]


# ---- what came of it


def answer(story: Story, *, yes: bool = True) -> str:
    asked = story.of(ApprovalRequested)[-1].approval.id
    events = story.tell(AnswerApproval(asked, yes, at_ns=story.now, by="anna"))
    return came_of(next(each for each in events if isinstance(each, ApprovalAnswered)), events)


def test_what_came_of_an_answer_is_told_from_what_it_led_to(story: Story) -> None:
    assert answer(story) == "sent buy 49.95 BTC/USDT"
    declined = Story(ASKS)
    declined.prices(100.0)
    assert answer(declined, yes=False) == "nothing was sent"
    moved = Story(ASKS)
    moved.prices(100.0)
    moved.prices(102.0)
    assert answer(moved).startswith("asked again as ")
    poor = Story(ASKS.replace("50%", "90"))
    poor.prices(100.0)
    poor.tell(ChangeLimits("desk", (("order_notional_max", "1000"),), at_ns=poor.now))
    assert answer(poor).startswith("refused by the gate, buy 90 BTC/USDT: ")


def test_another_question_behind_an_answer_is_not_told_as_the_same_one_asked_again() -> None:
    second = 'authorize within 10m { Buy("ETH/USDT", 1) } else { Print("no") }'
    for yes, said in ((True, "sent buy 49.95 BTC/USDT; then asked "), (False, "then asked ")):
        both = Story(f"{ASKS[:-1]}\n{second} }}")
        both.prices(100.0)
        assert answer(both, yes=yes).startswith(said)
