"""The outbox in pure time: what goes when, what is held back and counted, what is given up."""

from __future__ import annotations

from collections import Counter, deque
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lefi_tui.core.notices import Delivery, Notice, NoticeRules, Severity, State
from lefi_tui.core.quiet_hours import NS, hours_wrong, is_quiet
from lefi_tui.engine.outbox import ATTEMPTS_MAX, EXPIRES_NS, WAITING_MAX, Outbox
from lefi_tui.ports.notifier import Kept

NOON: Final = 1_700_049_600 * NS  # 2023-11-15 12:00 UTC
HOUR: Final = 3_600 * NS
PHONE: Final = ("phone",)
INFO, WARNING, URGENT = Severity.INFO, Severity.WARNING, Severity.URGENT


def notice(number: int, severity: Severity = INFO, channel: str = "") -> Notice:
    return Notice(f"k{number}", NOON, severity, "bot", f"word {number}", channel, number)


def states(outbox: Outbox, known: dict[int, Delivery] | None = None) -> Counter[State]:
    """Of all that ever changed."""
    all_of = {} if known is None else known
    all_of |= {each.id: each for each in outbox.taken_changes()}
    return Counter(each.state for each in all_of.values())


def texts(due: tuple[Delivery, ...]) -> list[str]:
    return [each.body for each in due]


def test_one_is_sent_once_and_the_same_news_again_changes_nothing() -> None:
    outbox = Outbox(NoticeRules(), NOON)
    outbox.take(notice(1), PHONE, NOON)
    outbox.take(notice(1), PHONE, NOON)
    (sent,) = outbox.due(NOON)
    assert outbox.due(NOON) == ()  # under way
    outbox.ended(sent, NOON)
    assert outbox.waiting == outbox.due(NOON + HOUR) == ()
    assert states(outbox) == {State.SENT: 1}


def test_a_channel_that_is_down_is_asked_ever_more_seldom_and_then_not_at_all() -> None:
    outbox = Outbox(NoticeRules(per_minute=60), NOON)
    outbox.take(notice(1), PHONE, NOON)
    at_ns, waits = NOON, []
    for _ in range(ATTEMPTS_MAX):
        (sent,) = outbox.due(at_ns)
        after = outbox.failed(sent, "error=500", at_ns, 0.5, is_unknown=False)
        waits.append(max(0, after.due_ns - at_ns) // NS)
        assert outbox.due(after.due_ns - 1) == ()
        at_ns = after.due_ns
    assert waits[:5] == [2, 4, 8, 16, 32]
    assert waits[-2:] == [600, 0]
    assert (after.state, after.why) == (State.DEAD, "error=500")
    assert outbox.due(NOON + 10 * HOUR) == ()
    outbox.requeue(after, NOON + 10 * HOUR)
    (again,) = outbox.due(NOON + 10 * HOUR)
    assert (again.attempts, again.body) == (1, "word 1")


def test_what_may_have_arrived_is_sent_again_and_says_so() -> None:
    outbox = Outbox(NoticeRules(), NOON)
    outbox.take(notice(1), PHONE, NOON)
    (sent,) = outbox.due(NOON)
    crashed = Outbox(NoticeRules(), NOON, Kept(outbox.waiting, last_id=1))
    (again,) = crashed.due(NOON)
    assert again.is_again
    assert again.body == "(Sent again: the first one may have arrived.) word 1"
    outbox.failed(sent, "no answer in 20 s", NOON, 0.0, is_unknown=True)
    (again,) = outbox.due(NOON + HOUR)
    assert again.is_again


def test_a_text_that_a_service_refuses_holds_up_no_other() -> None:
    outbox = Outbox(NoticeRules(burst=60, per_minute=60), NOON)
    outbox.take(notice(1), PHONE, NOON)
    (refused,) = outbox.due(NOON)
    outbox.take(notice(2), PHONE, NOON)
    outbox.failed(refused, "error=400", NOON, 0.5, is_unknown=False)
    (other,) = outbox.due(NOON + 2 * NS)
    assert other.body == "word 2"


def test_what_is_urgent_goes_first_and_does_not_wait_for_a_back_off() -> None:
    outbox = Outbox(NoticeRules(burst=60, per_minute=60), NOON)
    outbox.take(notice(1), PHONE, NOON)
    (first,) = outbox.due(NOON)
    outbox.failed(first, "error=500", NOON, 0.5, is_unknown=False)
    outbox.take(notice(2), PHONE, NOON)
    outbox.take(notice(3, URGENT), PHONE, NOON)
    (urgent,) = outbox.due(NOON + NS)
    assert urgent.body == "word 3"


def test_yesterdays_news_is_given_up() -> None:
    outbox = Outbox(NoticeRules(), NOON)
    outbox.take(notice(1), PHONE, NOON)
    (sent,) = outbox.due(NOON)
    outbox.failed(sent, "error=500", NOON, 0.5, is_unknown=False)
    assert outbox.due(NOON + EXPIRES_NS + NS) == ()
    assert states(outbox) == {State.DEAD: 1}


# ---- which channel


def test_info_goes_to_the_default_channel_and_what_is_worse_to_every_one_that_wants_it() -> None:
    there = ("mail", "phone", "room")
    rules = NoticeRules(default="room", least={"phone": URGENT})
    assert rules.channels_of(notice(1), there) == ("room",)
    assert rules.channels_of(notice(1, WARNING), there) == ("mail", "room")
    assert rules.channels_of(notice(1, URGENT), there) == there
    assert rules.channels_of(notice(1, channel="phone"), there) == ("phone",)
    assert rules.channels_of(notice(1, channel="screen"), there) == ()
    assert NoticeRules().channels_of(notice(1), there) == there
    assert NoticeRules(default="gone").channels_of(notice(1), there) == there


def test_a_channel_that_a_script_names_and_nobody_set_up_says_what_to_do() -> None:
    outbox = Outbox(NoticeRules(), NOON)
    outbox.take(notice(1, channel="pager"), PHONE, NOON)
    (dead,) = outbox.taken_changes()
    assert (dead.state, dead.channel) == (State.DEAD, "pager")
    assert dead.why == "no such channel; `lefi notify set pager`"


# ---- quiet hours


def test_quiet_hours_hold_all_back_but_what_is_urgent_and_end_in_one_digest() -> None:
    rules = NoticeRules(quiet="22:00-07:00", zone="Europe/Berlin")
    night, morning = NOON + 10 * HOUR, NOON + 18 * HOUR + 60 * NS  # 23:00 and 07:01 in Berlin
    outbox = Outbox(rules, night)
    for number in range(3):
        outbox.take(notice(number), PHONE, night)
    outbox.take(notice(8, WARNING), PHONE, night)
    outbox.take(notice(9, URGENT), PHONE, night)
    (urgent,) = outbox.due(night)
    assert urgent.body == "word 9"
    outbox.ended(urgent, night)
    assert outbox.due(night + HOUR) == ()
    (digest,) = outbox.due(morning)
    assert digest.is_digest
    assert digest.title == "4 notices were held back"
    assert digest.body == "3 info, 1 warning (quiet hours). The newest: bot: word 8"
    assert digest.severity is WARNING
    outbox.ended(digest, morning)
    assert states(outbox) == {State.SENT: 2, State.TOLD: 4}
    assert outbox.waiting == ()


@pytest.mark.parametrize(
    ("hour", "quiet", "is_so"),
    [
        (23, "22:00-07:00", True),
        (6, "22:00-07:00", True),
        (7, "22:00-07:00", False),
        (12, "22:00-07:00", False),
        (12, "09:00-17:30", True),
        (18, "09:00-17:30", False),
        (12, "12:00-12:00", False),
    ],
)
def test_quiet_hours_may_go_over_midnight(hour: int, quiet: str, *, is_so: bool) -> None:
    assert is_quiet(quiet, "UTC", NOON + (hour - 12) * HOUR) is is_so


def test_quiet_hours_go_by_the_clock_on_the_wall_also_when_that_changes() -> None:
    before, after = 1_698_537_600 * NS, 1_698_624_000 * NS  # 00:00 UTC, October 29 and 30, 2023
    assert not is_quiet("01:00-02:00", "Europe/Berlin", before)  # 02:00 in summer
    assert is_quiet("01:00-02:00", "Europe/Berlin", after)  # 01:00 in winter


@pytest.mark.parametrize(
    "text", ["22:00", "22-7", "25:00-07:00", "22:00-07:60", "a:b-c:d", "²:00-1:00"]
)
def test_what_are_no_hours_is_said(text: str) -> None:
    assert "write 22:00-07:00" in hours_wrong(text)
    assert hours_wrong("22:00-7:00") == ""


# ---- too many


def test_too_many_at_once_come_as_one_line_with_counts() -> None:
    outbox = Outbox(NoticeRules(burst=2, per_minute=6, digest_s=900), NOON)
    for number in range(10):
        outbox.take(notice(number), PHONE, NOON)
    known: dict[int, Delivery] = {}
    sent = []
    for second in range(0, 1_000, 5):
        for each in outbox.due(NOON + second * NS):
            sent.append((second, each.body))
            outbox.ended(each, NOON + second * NS)
    assert sent == [
        (0, "word 0"),
        (5, "word 1"),
        (10, "word 2"),  # by then the bucket has filled again
        (915, "7 info (too many at once). The newest: bot: word 9"),
    ]
    assert states(outbox, known) == {State.SENT: 4, State.TOLD: 7}


def test_a_program_that_is_started_again_and_again_floods_nobody() -> None:
    tried = tuple(("phone", NOON - NS * second) for second in (4, 3, 2, 1, 0))
    outbox = Outbox(NoticeRules(burst=5, per_minute=6), NOON, Kept(tried=tried))
    outbox.take(notice(1, URGENT), ("mail", "phone"), NOON)
    assert [each.channel for each in outbox.due(NOON)] == ["mail"]
    assert [each.channel for each in outbox.due(NOON + 10 * NS)] == ["phone"]


def test_what_finds_no_room_is_counted_in_the_digest() -> None:
    outbox = Outbox(NoticeRules(burst=1, per_minute=1), NOON)
    for number in range(WAITING_MAX + 44):
        outbox.take(notice(number), PHONE, NOON)
    assert outbox.uncounted == 44
    outbox.take(notice(9_999, URGENT), PHONE, NOON)  # finds room all the same
    (urgent,) = outbox.due(NOON)
    assert urgent.body == "word 9999"
    outbox.ended(urgent, NOON)
    assert outbox.due(NOON + NS) == ()
    (digest,) = outbox.due(NOON + 2 * HOUR)
    assert digest.title == "300 notices were held back"
    assert "44 that found no room" in digest.body
    assert outbox.uncounted == 0


STEPS: Final = st.lists(
    st.tuples(
        st.sampled_from(["info", "warning", "urgent", "rest", "look"]),
        st.integers(0, 120),  # seconds until the next
        st.sampled_from(["sent", "sent", "fails", "unknown"]),
    ),
    max_size=120,
)


@given(STEPS, st.integers(1, 5), st.integers(1, 20), st.sampled_from(["", "11:00-13:00"]))
def test_a_channel_never_gets_more_than_its_bucket_and_nothing_is_lost(
    steps: list[tuple[str, int, str]], burst: int, per_minute: int, quiet: str
) -> None:
    rules = NoticeRules(burst=burst, per_minute=per_minute, quiet=quiet, digest_s=60)
    outbox, now_ns, asked = Outbox(rules, NOON), NOON, 0
    known: dict[int, Delivery] = {}
    attempts: deque[int] = deque()
    for number, (what, seconds, answer) in enumerate(steps):
        if what in {"info", "warning", "urgent"}:
            outbox.take(notice(number, Severity(what)), PHONE, now_ns)
            asked += 1
        for each in outbox.due(now_ns):
            attempts.append(now_ns)
            if answer == "sent":
                outbox.ended(each, now_ns)
            else:
                outbox.failed(each, "no", now_ns, 0.5, is_unknown=answer == "unknown")
        now_ns += seconds * NS
    for first in range(len(attempts)):
        for last in range(first, len(attempts)):
            span_ns = attempts[last] - attempts[first]
            assert last - first + 1 <= burst + per_minute * span_ns / (60 * NS) + 1e-6
    states(outbox, known)
    own = [each for each in known.values() if not each.is_digest]
    final = sum(each.state in {State.SENT, State.TOLD, State.DEAD} for each in own)
    waiting = sum(not each.is_digest for each in outbox.waiting)
    assert final + waiting + outbox.uncounted == asked
    assert len({each.key for each in own}) == asked
