"""`TransferAmount` at a desk: a person moves the money by a checklist, the books follow once."""

from __future__ import annotations

from decimal import Decimal

import pytest
from msgspec.structs import replace

from lefi_tui.core.cash_flow import steps
from lefi_tui.core.codec import decode, encode
from lefi_tui.core.desk.apply import apply
from lefi_tui.core.desk.snapshot import DeskSnapshot
from lefi_tui.core.desk.transfers import looking_for
from lefi_tui.core.messages import (
    AccountOpened,
    CashFlowPlanned,
    CashFlowSettled,
    CommandRefused,
    EquitySampled,
    IntentRefused,
    Kill,
    MoneyMoved,
    MoveAnswered,
    MoveFlow,
    NoteWritten,
    Sizing,
)
from lefi_tui.core.read_key import ReadKey
from lefi_tui.core.wallet import WalletBooks, held
from lefi_tui.views.fold import ScreenState
from lefi_tui.views.severity import severity_of
from lefi_tui.views.wallet_picture import wallets_view
from lefi_tui.views.wording import said
from tests.engine.waiting_kit import Story
from tests.unit.core.test_desk_flows import settled_at

D = Decimal
MOVES = 'on PriceUpdate("BTC/USDT") { TransferAmount("main", "savings", 100 USDT) }'
DAY_S = 86_400


def asked(source: str = MOVES, *, restarts: bool = False) -> tuple[Story, CashFlowPlanned]:
    story = Story(source, restarts=restarts)
    story.prices(100.0, "BTC/USDT")
    (planned,) = story.of(CashFlowPlanned)
    return story, planned


def books(story: Story) -> list[Decimal]:
    ledger = story.desk.ledger
    assert not any(ledger.sums().values())
    return [held(ledger, name, "USDT") for name in ("main", "savings")]


@pytest.mark.parametrize("restarts", [False, True])
def test_a_transfer_asks_a_person_and_moves_in_the_books_when_it_is_settled_and_once(
    restarts: bool,  # noqa: FBT001 -- a case
) -> None:
    story, planned = asked(restarts=restarts)
    assert (planned.source, planned.to, planned.flow.amount) == ("main", "savings", 100)
    assert books(story) == [10_000, 0]
    checklist = steps(story.desk.flows[planned.id])
    assert "Move 100 USDT from main to savings" in checklist[1]
    assert f"lefi cashflows settle {planned.id}" in checklist[-1]
    assert settled_at(story, planned.id, 60) == ""
    assert books(story) == [9_900, 100]
    assert "was settled" in settled_at(story, planned.id, 61)
    assert books(story) == [9_900, 100]
    snapshot = DeskSnapshot(story.desk, story.desk.bots["b"])
    assert snapshot.read(ReadKey("cash", account="savings")) == 100


def test_one_that_waits_is_not_asked_again_until_it_is_done_or_missed() -> None:
    story, planned = asked()
    story.prices(101.0, "BTC/USDT")
    (refused,) = story.of(IntentRefused)
    assert (refused.action, refused.code) == ("transfer", "STILL_WORKING")
    assert planned.id in refused.text
    assert len(story.of(CashFlowPlanned)) == 1
    story.second = 2 * DAY_S
    story.prices(102.0, "BTC/USDT")
    assert len(story.of(CashFlowPlanned)) == 2


def test_more_than_is_free_is_not_even_asked() -> None:
    story = Story(MOVES, cash="50")
    story.prices(100.0, "BTC/USDT")
    (refused,) = story.of(IntentRefused)
    assert (refused.code, story.of(CashFlowPlanned)) == ("NOT_FREE", [])
    assert "50 free" in refused.text


def test_nobody_who_is_away_misses_it_and_it_is_told_in_words() -> None:
    _, planned = asked()
    words = said(planned, {})
    assert words is not None
    assert words.what == "Asks you to move 100 USDT from main to savings"
    assert severity_of(planned) is not None


def test_a_step_of_a_transaction_that_a_person_must_do_is_not_taken_as_done() -> None:
    source = """
    state n = 0
    on PriceUpdate("BTC/USDT") {
        if n == 0 {
            n = 1
            execute { TransferAmount("main", "savings", 100 USDT) } else { Print("not moved") }
        }
    }
    """
    story, planned = asked(source)
    assert planned.to == "savings"
    assert "not moved" in [each.text for each in story.of(NoteWritten)]


@pytest.mark.parametrize(("tells", "left"), [(True, 10_000), (False, 9_900)])
def test_where_an_exchange_tells_its_own_entries_the_settlement_books_none_of_them(
    tells: bool,  # noqa: FBT001 -- a case
    left: int,
) -> None:
    story, planned = asked()
    wallet = WalletBooks(1, 1, has_entries=tells)
    story.desk = replace(story.desk, wallets={"main": wallet})
    assert settled_at(story, planned.id, 60) == ""
    assert books(story) == [left, 100]


def test_what_a_person_moved_out_is_no_loss_for_the_limits() -> None:
    story, planned = asked()
    story.desk = apply(story.desk, EquitySampled("main", 1, D(10_000), D(10_000), ()))
    settled_at(story, planned.id, 60)
    story.desk = apply(story.desk, EquitySampled("main", 2, D(9_900), D(9_900), ()))
    assert story.desk.worths["main"].day_loss == 0


def test_flows_and_accounts_of_older_journals_are_read() -> None:
    _, planned = asked()
    kind, version, body = encode(replace(planned, source="", to=""))
    older = body.replace(',"source":""', "").replace(',"to":""', "")
    assert older != body
    read = decode(kind, version, older)
    assert isinstance(read, CashFlowPlanned)
    assert read.source == ""
    opened = AccountOpened(
        "main", "USDT", D(5), "live", "binanceusdm", Sizing.AT_DECISION, D(0), D(0), D(0)
    )
    kind, version, body = encode(opened)
    assert decode(kind, version, body.replace(',"has_entries":true', "")) == opened


def test_a_late_word_settles_nothing() -> None:
    story, planned = asked()
    assert "is missed" in settled_at(story, planned.id, 2 * DAY_S)
    assert story.of(CashFlowSettled) == []
    assert story.of(CommandRefused)
    assert books(story) == [10_000, 0]


def test_an_account_kept_by_hand_is_shown_with_what_was_moved_there() -> None:
    story, planned = asked()
    settled_at(story, planned.id, 60)
    rows = {each.account: each for each in wallets_view(ScreenState(), story.desk, 1).rows}
    assert rows["savings"].venue == "kept by hand"
    assert [(each.currency, each.total) for each in rows["savings"].balances] == [("USDT", D(100))]
    assert [(each.currency, each.total) for each in rows["main"].balances] == [("USDT", D(9_900))]


# ---- let go to the exchange


WITHIN = 'on PriceUpdate("BTC/USDT") { TransferAmount("main", "main/spot", 100 USDT) }'


def let_go(*, restarts: bool = False) -> tuple[Story, str]:
    """A transfer between wallets of one login that a person has let go."""
    story, planned = asked(WITHIN, restarts=restarts)
    story.desk = replace(story.desk, wallets={"main": WalletBooks(1, 1)})
    story.tell(MoveFlow(planned.id, story.now, "anna"))
    return story, planned.id


def told(story: Story, flow: str, state: str) -> None:
    story.tell(MoneyMoved(flow, story.now, state, "as it said", "77"))


@pytest.mark.parametrize("restarts", [False, True])
def test_a_transfer_that_is_let_go_leaves_once_and_is_settled_by_the_exchanges_word(
    restarts: bool,  # noqa: FBT001 -- a case
) -> None:
    story, flow = let_go(restarts=restarts)
    (effect,) = looking_for(story.desk)
    assert (effect.account, effect.source, effect.to, effect.amount) == ("main", "", "spot", D(100))
    assert effect.is_sent
    story.tell(MoveFlow(flow, story.now, "anna"))
    assert "never sent again" in story.of(CommandRefused)[-1].text
    assert "looked for there" in settled_at(story, flow, 60)
    told(story, flow, "unknown")
    assert len(looking_for(story.desk)) == 1
    told(story, flow, "done")
    assert story.of(CashFlowSettled)[-1].by == "the exchange, transfer 77"
    assert looking_for(story.desk) == ()
    assert held(story.desk.ledger, "main/spot", "USDT") == 100
    told(story, flow, "done")
    assert held(story.desk.ledger, "main/spot", "USDT") == 100
    story.prices(101.0, "BTC/USDT")
    again = story.of(CashFlowPlanned)[-1].id
    story.tell(MoveFlow(again, story.now, "anna"))
    assert looking_for(story.desk)[0].known == ("77",)


def test_one_that_was_refused_waits_for_a_person_again() -> None:
    story, flow = let_go()
    told(story, flow, "refused")
    assert looking_for(story.desk) == ()
    words = said(story.of(MoveAnswered)[-1], {})
    assert words is not None
    assert "was not made" in words.what
    assert settled_at(story, flow, 60) == ""


def test_what_is_not_within_one_login_is_never_let_go() -> None:
    story, planned = asked()
    story.desk = replace(story.desk, wallets={"main": WalletBooks(1, 1)})
    story.tell(MoveFlow(planned.id, story.now, "anna"))
    assert "no wallets of one login" in story.of(CommandRefused)[-1].text
    assert looking_for(story.desk) == ()
    assert "cashflows move" not in str(steps(story.desk.flows[planned.id]))


def test_a_halt_holds_it_back() -> None:
    story, planned = asked(WITHIN)
    story.desk = replace(story.desk, wallets={"main": WalletBooks(1, 1)})
    story.tell(Kill(story.now))
    story.tell(MoveFlow(planned.id, story.now, "anna"))
    assert "halted" in story.of(CommandRefused)[-1].text
