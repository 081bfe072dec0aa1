"""Work of the desk itself: the four ways in which it comes due, and what each attempt leaves."""

from __future__ import annotations

from lefi_tui.core.tasks import (
    After,
    At,
    Await,
    Did,
    Result,
    Task,
    Trigger,
    When,
    begin,
    carried_out,
    heard,
)

S = 1_000_000_000
M = 60 * S


def test_at_a_time_it_comes_again_whatever_came_of_it_and_late_once() -> None:
    hourly = At("7 * * * *")
    task = begin(hourly, 0)
    assert task.next_ns == 7 * M
    assert not task.is_due(7 * M - 1)
    late = carried_out(hourly, task, 187 * M, Did.FAILED)
    assert (late.next_ns, late.lag_ms) == (247 * M, 180 * 60_000)
    assert late.result == Result(is_success=False, reschedules=True, delay_ms=60 * 60_000)


def test_after_an_event_it_waits_its_delay_and_is_tried_again_so_often() -> None:
    after = After("broke", delay_ms=5_000, retries_max=2)
    task = begin(after, 0)
    assert not task.is_due(10 * M)
    assert heard(after, task, "else", S) == task
    task = heard(after, task, "broke", S)
    now_ns, results = 6 * S, []
    assert task.is_due(now_ns)
    for _ in range(3):
        task = carried_out(after, task, now_ns, Did.FAILED)
        assert task.result is not None
        results.append((task.result.is_complete, task.result.delay_ms))
        now_ns = task.next_ns
    assert results == [(False, 60_000), (False, 60_000), (True, 0)]
    assert task.next_ns == 0
    again = heard(after, task, "broke", 10 * M)
    done = carried_out(after, again, again.next_ns, Did.DONE)
    assert done.result == Result(is_success=True, is_complete=True)


def test_a_condition_is_looked_at_each_minute_and_rests_once_it_held() -> None:
    when = When(cooldown_ms=300_000)
    task = carried_out(when, begin(when, 0), M, Did.NOT_YET)
    assert (task.next_ns, task.tries) == (2 * M, 0)
    task = carried_out(when, task, 2 * M, Did.DONE)
    assert task.next_ns == 7 * M
    assert task.result == Result(
        is_success=True, reschedules=True, delay_ms=300_000, cooldown_ms=300_000
    )


def test_an_event_that_comes_in_time_needs_no_fallback() -> None:
    waits = Await("answer", timeout_ms=600_000)
    task = heard(waits, begin(waits, 0), "answer", M)
    assert task.is_due(M)
    done = carried_out(waits, task, M, Did.DONE)
    assert done.result == Result(is_success=True, is_complete=True)
    assert heard(waits, done, "answer", 2 * M) == done


def test_an_event_that_does_not_come_ends_in_the_fallback() -> None:
    waits = Await("answer", timeout_ms=600_000)
    task = begin(waits, 0)
    assert task.is_due(10 * M)
    late = carried_out(waits, task, 10 * M, Did.DONE)
    assert late.result == Result(
        is_success=True, is_complete=True, is_timed_out=True, is_fallback=True
    )
    assert not late.is_due(100 * M)


def test_no_kind_is_due_before_its_time() -> None:
    kinds: tuple[Trigger, ...] = (At("every 1000"), After("e"), When(), Await("e"))
    assert all(not begin(each, 0).is_due(0) for each in kinds)
    assert Task().is_due(1) is False
