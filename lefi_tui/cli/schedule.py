"""`lefi schedule`: what runs when, of bots and of the engine itself."""

from __future__ import annotations

from argparse import Namespace

from msgspec import to_builtins

from lefi_tui.cli.engine_client import with_engine
from lefi_tui.cli.output import Output
from lefi_tui.views import numbers
from lefi_tui.views.queries import Channel, ScheduleQuery
from lefi_tui.views.schedule_view import ScheduleRow, ScheduleView

SHOWN = "{:<20} {:<28} {:<16} {:<16} {:>8}  {}"


def run(arguments: Namespace, output: Output) -> int:
    async def asked(channel: Channel) -> ScheduleView:
        view = await channel.ask(ScheduleQuery())
        assert isinstance(view, ScheduleView)
        return view

    view = with_engine(output, asked)
    if arguments.json:
        output.value([to_builtins(row) for row in view.rows])
        return 0
    output.line(SHOWN.format("whose", "what", "next (UTC)", "last (UTC)", "late", "").rstrip())
    for row in view.rows:
        output.line(_line(row))
    return 0


def _line(row: ScheduleRow) -> str:
    said = ": ".join(filter(None, ("STUCK" if row.is_stuck else row.status, row.why)))
    late = numbers.age(row.late_ms) if row.late_ms else ""
    times = (numbers.moment(each)[5:] if each else "-" for each in (row.next_ns, row.last_ns))
    return SHOWN.format(row.owner, row.what, *times, late, said)
