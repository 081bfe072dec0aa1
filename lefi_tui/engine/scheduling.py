"""What runs when, put together: bots' timers, their windows and waits, the engine's own jobs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lefi_tui.core.desk import BotRecord, BotStatus, Desk
from lefi_tui.core.desk.waiting import next_deadline, window_ns
from lefi_tui.core.timeframe import span
from lefi_tui.engine.jobs import Job, Jobs
from lefi_tui.engine.timers import STUCK_NS, Timers
from lefi_tui.ports.records import Records, TimerRecord
from lefi_tui.views.schedule_view import ScheduleRow, ScheduleView, in_order

Last = Mapping[tuple[str, int], TimerRecord]
ENGINE = "engine"


class Scheduling:
    """Lives in the engine's loop."""

    def __init__(self, timers: Timers, jobs: Jobs, records: Records | None) -> None:
        self._timers = timers
        self._jobs = jobs
        self._records = records

    async def view(self, desk: Desk, now_ns: int) -> ScheduleView:
        kept = () if self._records is None else await self._records.schedule()
        last = {(each.bot, each.handler): each for each in kept}
        rows = [_job(each, now_ns) for each in self._jobs.all()]
        for bot in desk.bots.values():
            if bot.is_open or bot.status is BotStatus.STOPPING:
                rows += _timers(bot, self._timers.dates(bot.id), last, now_ns)
                rows += _moments(desk, bot, now_ns)
        return ScheduleView(now_ns, in_order(rows))


def spec_words(spec: str, zone: str) -> str:
    """`every 300000` -> every 5m; a crontab line with its zone."""
    if spec.startswith("every "):
        return f"every {span(int(spec.removeprefix('every ')))}"
    return f"{spec} {zone}"


def _timers(
    bot: BotRecord, dates: Mapping[int, int], last: Last, now_ns: int
) -> Iterator[ScheduleRow]:
    for handler, spec, zone in bot.needs.timers:
        record, next_ns = last.get((bot.id, handler)), dates.get(handler, 0)
        kept = handler in bot.due
        why = "came due while it was warmed; runs when it is" if kept else ""
        late = bool(next_ns) and now_ns - next_ns > STUCK_NS
        yield ScheduleRow(
            bot.id,
            spec_words(spec, zone),
            bot.status.value,
            next_ns,
            0 if record is None else record.last_ns or 0,
            0 if record is None else record.late_ms or 0,
            is_stuck=late or (kept and _is_long_past(record, now_ns)),
            why="due, and not carried out" if late else why,
        )


def _is_long_past(record: TimerRecord | None, now_ns: int) -> bool:
    return record is not None and now_ns - (record.last_ns or now_ns) > STUCK_NS


def _moments(desk: Desk, bot: BotRecord, now_ns: int) -> Iterator[ScheduleRow]:
    """When its window turns, and when what it waits for is over."""
    window, deadline = window_ns(bot), next_deadline(desk, bot)
    begins = bot.status is BotStatus.SCHEDULED
    what = "window begins" if begins else "window ends"
    moments = [(window, what)] if window else []
    if deadline and deadline != window:
        moments.append((deadline, "a wait is over"))
    for at_ns, said in moments:
        late = now_ns - at_ns > STUCK_NS
        yield ScheduleRow(bot.id, said, bot.status.value, at_ns, is_stuck=late)


def _job(job: Job, now_ns: int) -> ScheduleRow:
    task, result = job.task, job.task.result
    failed = result is not None and not result.is_success and task.tries > 0
    late = bool(task.next_ns) and now_ns - task.next_ns > STUCK_NS
    is_over = result is not None and result.is_complete and not task.next_ns
    return ScheduleRow(
        ENGINE,
        job.title,
        "at work" if job.is_running else "done" if is_over else "waits",
        task.next_ns,
        task.last_ns,
        task.lag_ms,
        is_stuck=late,
        why=f"failed {task.tries} times, tried again" if failed else "",
    )
