"""The audit: one story from key press or candle to fill, and any change to what was is named."""

from __future__ import annotations

import asyncio
import csv
import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lefi_tui.adapters.sqlite_journal import SqliteJournal
from lefi_tui.adapters.sqlite_reading import SqliteReading
from lefi_tui.adapters.sqlite_tables_check import SqliteTables
from lefi_tui.core import messages as m
from lefi_tui.core.approval import Approval
from lefi_tui.core.codec import encode
from lefi_tui.core.order import Order, OrderKind, OrderTerms, Side, Size, SizeKind
from lefi_tui.engine.audit import Asked, Verified, verify
from lefi_tui.engine.commits import Pace
from lefi_tui.ports.journal import Row, RowKind
from lefi_tui.redaction import DOTS
from lefi_tui.views.trail import AuditEntry, Trail
from lefi_tui.views.trail_rows import Wanted, csv_lines, data, entries
from tests.engine.kit import EMPTY, MemoryVenue, bars
from tests.engine.story import Input, MemoryFeed, lockstep, random_inputs, tell

DAY_NS = 86_400_000_000_000
DIGITS = "0123456789"


def told(folder: Path, inputs: list[Input], pace: Pace | None = None) -> None:
    feed = MemoryFeed()
    step, journal = lockstep(folder, feed, MemoryVenue(), pace)

    async def live() -> None:
        await tell(step, inputs, feed)
        await step.end()

    asyncio.run(live())
    journal.close()


def verified(folder: Path, now_ns: int = DAY_NS) -> Verified:
    asked = Asked(SqliteReading(folder), SqliteTables(folder), EMPTY, now_ns, tape_days=30)
    return verify(asked, lambda _done, _total: None)


def trail(folder: Path, wanted: Wanted | None = None) -> list[AuditEntry]:
    return list(entries(SqliteReading(folder).rows(), wanted or Wanted(), Trail()))


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("recorded")
    told(folder, random_inputs(5, 150), Pace(snapshot_events=50, segment_bytes=4_000))
    return folder


@pytest.fixture
def run(recorded: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(recorded, tmp_path / "run"))


def changed(folder: Path, sql: str, *values: object) -> None:
    with closing(sqlite3.connect(folder / "desk.sqlite")) as connection:
        assert connection.execute(sql, values).rowcount == 1
        connection.commit()
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


# ---- the proof


def test_a_whole_journal_is_found_whole_and_left_as_it_is(run: Path) -> None:
    before = {path: path.read_bytes() for path in run.rglob("*") if path.is_file()}
    found = verified(run)
    assert found.wrong is None
    assert not found.untold
    assert found.rows > 200
    assert found.segments > 2
    assert found.tables > 50
    assert {path: path.read_bytes() for path in run.rglob("*") if path.is_file()} == before


def test_it_can_be_verified_while_an_engine_holds_and_writes_it(run: Path) -> None:
    journal = SqliteJournal(run)
    try:
        assert verified(run).wrong is None
    finally:
        journal.close()


@settings(max_examples=40)
@given(st.data())
def test_one_flipped_digit_is_named_by_its_row_though_sqlite_says_ok(
    recorded: Path, tmp_path_factory: pytest.TempPathFactory, choose: st.DataObject
) -> None:
    folder = Path(shutil.copytree(recorded, tmp_path_factory.mktemp("flip") / "run"))
    rows = list(SqliteReading(folder).rows())
    row = choose.draw(st.sampled_from(rows))
    column = choose.draw(st.sampled_from(["body", "hash", "at_ns", "n", "version"]))
    text = str(getattr(row, column))
    places = [at for at, each in enumerate(text) if each in DIGITS]
    if not places:
        return
    at = choose.draw(st.sampled_from(places))
    digit = choose.draw(st.sampled_from([each for each in DIGITS if each != text[at]]))
    flipped = f"{text[:at]}{digit}{text[at + 1 :]}"
    value = flipped if column in {"body", "hash"} else int(flipped)
    changed(folder, f"UPDATE journal SET {column} = ? WHERE seq = ?", value, row.seq)
    wrong = verified(folder).wrong
    assert wrong is not None
    assert wrong.seq == row.seq
    assert f"row {row.seq}" in wrong.where
    assert all((wrong.what, wrong.where, wrong.why, wrong.next))


def test_a_kind_that_no_program_writes_is_named_too(run: Path) -> None:
    changed(run, "UPDATE journal SET kind = 'inp1t' WHERE seq = 77")
    wrong = verified(run).wrong
    assert wrong is not None
    assert wrong.seq == 77


def test_rows_cut_off_at_the_end_are_missed(run: Path) -> None:
    newest = SqliteReading(run).snapshot()
    assert newest is not None
    with closing(sqlite3.connect(run / "desk.sqlite")) as connection:
        connection.execute("DELETE FROM journal WHERE seq >= ?", (newest.head.seq,))
        connection.commit()
    wrong = verified(run).wrong
    assert wrong is not None
    assert wrong.seq == newest.head.seq
    assert wrong.what == "Rows are missing from the journal's end"


@pytest.mark.parametrize("is_gone", [False, True])
def test_a_changed_or_lost_segment_of_the_tape_is_named(run: Path, *, is_gone: bool) -> None:
    path = sorted((run / "tape").iterdir())[1]
    if is_gone:
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:-1] + b"\x01")
    wrong = verified(run).wrong
    assert wrong is not None
    assert path.name in wrong.where
    is_old = verified(run, now_ns=40 * DAY_NS)
    assert (is_old.wrong is None) is is_gone  # what is older than tape_days may be gone
    assert not is_gone or is_old.dropped == 1


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ('UPDATE "order" SET fee = fee + 1 WHERE rowid = 3', "fee is"),
        ("DELETE FROM fill WHERE rowid = 4", "is not there"),
        ("INSERT INTO equity_sample VALUES (1, 'main', 1, '1', '1', '[]')", "does not tell it"),
    ],
)
def test_a_table_that_says_other_than_the_journal_is_named(run: Path, sql: str, words: str) -> None:
    changed(run, sql)
    wrong = verified(run).wrong
    assert wrong is not None
    assert words in wrong.why
    assert wrong.where.split("table ")[1].startswith(("order", "fill", "equity_sample"))


# ---- the trail


def test_every_row_of_an_order_is_found_by_the_number_of_the_candle_that_led_to_it(
    run: Path,
) -> None:
    found = trail(run)
    sent = next(each for each in found if each.type == "OrderSubmitted")
    story = trail(run, Wanted(story=sent.n))
    assert [each.type for each in story if each.order == sent.order] == [
        "OrderSubmitted",
        "VenueAccepted",
        "OrderAccepted",
        "VenueFilled",
        "OrderFilled",
    ]
    assert {each.story for each in found if each.order == sent.order} == {sent.n}
    assert [each.passed for each in sent.verdicts] == [True] * len(sent.verdicts)
    assert sent.verdicts


def test_a_key_press_its_close_and_its_fill_are_one_story(tmp_path: Path) -> None:
    told(tmp_path, [bars(0, 1.0), m.ClosePosition("main", "BTC/USDT", 1, by="anna")])
    pressed = next(each for each in trail(tmp_path) if each.type == "ClosePosition")
    assert pressed.who == "anna"
    story = [each.type for each in trail(tmp_path, Wanted(story=pressed.n))]
    assert story[0] == "ClosePosition"
    assert story[-1] == "OrderFilled"


def test_what_was_changed_stands_there_before_and_after(tmp_path: Path) -> None:
    inputs: list[Input] = [
        m.SetLimits(order_notional_max=Decimal(500)),
        m.SetLimits(order_notional_max=Decimal(900)),
        m.ChangeSettings("ema-1", (("every", "every 60000"), ("note", "1")), 1),
        m.ChangeSettings("ema-1", (("note", "2"),), 2),
        m.Kill(3, by="anna", reason="too fast"),
        m.Resume("calm again", 4, by="ben"),
    ]
    told(tmp_path, inputs)
    by_type: dict[str, list[AuditEntry]] = {}
    for each in trail(tmp_path):
        by_type.setdefault(each.type, []).append(each)
    limits = by_type["LimitsSet"][1]
    assert dict(limits.before)["order_notional_max"] == "500"
    assert dict(limits.after)["order_notional_max"] == "900"
    note = by_type["SettingsChanged"][1]
    assert (dict(note.before), dict(note.after)) == ({"note": "1"}, {"note": "2"})
    states = [(dict(e.before), dict(e.after), e.who) for e in by_type["TradingStateChanged"]]
    assert ({"trading": "halted"}, {"trading": "active"}, "ben") in states
    assert "calm again" in by_type["TradingStateChanged"][-1].why
    assert dict(by_type["BotStopped"][-1].before) == {"bot": "stopping"}


def test_a_trail_that_begins_in_the_middle_knows_what_was_before(run: Path) -> None:
    whole = trail(run)
    middle = whole[len(whole) // 2].at_ns
    later = trail(run, Wanted(since_ns=middle))
    assert later == [each for each in whole if each.at_ns >= middle]


def test_a_row_of_a_newer_program_has_its_line_all_the_same() -> None:
    row = Row(1, 1, RowKind.EVENT, "MoonReached", 9, '{"at_ns":5}', 5, "0" * 64)
    (entry,) = entries([row], Wanted(), Trail())
    assert entry.what == "Moon reached"
    assert entry.story == 1


def kept(n: int, *told: m.Message) -> list[Row]:
    """The rows of one message: what came in, and what the desk made of it."""
    rows = []
    for seq, each in enumerate(told, n * 10):
        is_input = isinstance(each, m.Command | m.Report)
        kind = RowKind.INPUT if is_input else RowKind.EVENT
        rows.append(Row(seq, n, kind, *encode(each), n, "0" * 64))
    return rows


def test_a_question_its_answer_the_order_and_its_fill_are_one_story() -> None:
    approval = Approval("a1b2c3", "ema", 1, "Candle", "close > 105", "approver", 9, 5, ())
    size = Size(SizeKind.UNITS, Decimal(1))
    terms = OrderTerms("BTC/USDT", Side.BUY, OrderKind.MARKET, size)
    order = Order("L1", "main", terms, "ema", run="ema/1/7", group="L1")
    rows = [
        *kept(5, m.ApprovalRequested(approval)),
        *kept(6, m.NoteWritten("ema", "print", "meanwhile", "", 6)),
        *kept(
            9,
            m.AnswerApproval("a1b2c3", is_approved=True, at_ns=9, by="anna"),
            m.ApprovalAnswered(
                "a1b2c3", "ema", is_approved=True, by="anna", role="approver", reason="", at_ns=9
            ),
            m.OrderSubmitted(order, ()),
        ),
        *kept(12, m.VenueAccepted("L1", 12), m.OrderAccepted("L1", 12, "v1", None)),
    ]
    fold = Trail()
    found = list(entries(rows, Wanted(), fold))
    assert [each.story for each in found] == [5, 6, 5, 5, 5, 5, 5]
    assert {fold.story_of(name) for name in ("a1b2c3", "L1", "ema/1/7")} == {5}


@pytest.fixture
def secretive() -> Iterator[AuditEntry]:
    body = json.dumps(
        {
            "bot": "spy",
            "settings": [["api_key", "abc"], ["feed", "https://me:pw@host/x"]],
            "at_ns": 1,
            "by": "=cmd",
        }
    )
    row = Row(1, 1, RowKind.EVENT, "SettingsChanged", 1, body, 1, "0" * 64)
    yield from entries([row], Wanted(), Trail())


def test_secrets_leave_as_dots_and_no_cell_is_a_formula(secretive: AuditEntry) -> None:
    told = json.dumps(data(secretive), ensure_ascii=False)
    assert data(secretive)["after"] == {"api_key": DOTS, "feed": f"https://{DOTS}@host/x"}
    assert "abc" not in told
    assert "me:pw" not in told
    head, line = csv.reader(csv_lines([secretive]))
    cells = dict(zip(head, line, strict=True))
    assert cells["who"] == "'=cmd"
    with suppress(StopIteration):
        assert next(iter(cells)) == "seq"
