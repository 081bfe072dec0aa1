"""`lefi report`: what came of bots and account; asks the running engine, or reads its tables."""

from __future__ import annotations

import asyncio
from argparse import Namespace
from typing import Final

from lefi_tui.cli.output import Output
from lefi_tui.cli.profile import loaded
from lefi_tui.errors import EngineAbsentError, RefusedError
from lefi_tui.settings import Loaded
from lefi_tui.views.queries import ReportQuery
from lefi_tui.views.report_view import ReportView

TRADES_MAX: Final = 5_000  # in one answer; the CSV files have all
TRADES_TOLD: Final = 20  # to a person
WIDTH: Final = 78


def run(arguments: Namespace, output: Output) -> int:
    settings = loaded(output)
    folder = settings.settings.data_dir
    from lefi_tui.wiring import exports

    query = ReportQuery(
        arguments.bot, _since_ns(arguments.since), arguments.account, trades=TRADES_MAX
    )
    view = _view(settings, query)
    _check(view, query)
    if arguments.html is not None:
        exports.write_page(arguments.html, view)
        output.say(f"Written: {arguments.html}")
    if arguments.csv is not None:
        for path in exports.write_tables(arguments.csv, folder, query):
            output.say(f"Written: {path}")
    if arguments.json:
        from lefi_tui.views.report_data import data

        output.value(data(view))
    elif arguments.html is None and arguments.csv is None:
        _tell(view, output, is_plain=arguments.plain)
    return 0


def _since_ns(since_ms: int | None) -> int:
    """Below 0 it is so long ago."""
    if since_ms is None:
        return 0
    if since_ms >= 0:
        return since_ms * 10**6
    from lefi_tui.adapters.system_clock import SystemClock

    return SystemClock().now_ns() + since_ms * 10**6


def _view(settings: Loaded, query: ReportQuery) -> ReportView:
    from lefi_tui import wiring
    from lefi_tui.wiring.exports import view_of_tables

    async def asked() -> ReportView:
        async with wiring.client(settings) as channel:
            view = await channel.ask(query)
            assert isinstance(view, ReportView)
            return view

    try:
        return asyncio.run(asked())
    except EngineAbsentError:
        return view_of_tables(settings.settings.data_dir, query)


def _check(view: ReportView, query: ReportQuery) -> None:
    """A name that is not known is a no, not an empty report."""
    if query.account and not view.account:
        raise RefusedError(f"there is no account {query.account}", where="lefi report")
    bots = [each.bot for each in view.subjects if each.bot]
    if query.bot and query.bot not in bots:
        known = f"Known are {', '.join(bots)}" if bots else "No bot has run here yet"
        raise RefusedError(
            f"there is no bot {query.bot} on {view.account}", where="lefi report", next_step=known
        )


def _tell(view: ReportView, output: Output, *, is_plain: bool) -> None:
    from lefi_tui.views.report_words import facts, period, subject

    output.line(f"{view.mode}  {view.venue}  {subject(view)}, in {view.currency}")
    output.line(period(view))
    for fact in facts(view):
        output.line(f"  {fact.name:<14}{fact.text:>14}")
    _draw(view, output, is_plain=is_plain)
    _tell_subjects(view, output)
    _tell_trades(view, output)
    for each in view.unknown:
        output.line(f"Not known: {each}")


def _draw(view: ReportView, output: Output, *, is_plain: bool) -> None:
    if not view.points:
        return
    from widgets.ink import ASCII, Glyphs
    from widgets.lines import Frame
    from widgets.report_picture import equity_picture, fall_picture

    glyphs = ASCII if is_plain else Glyphs()
    for rows in (
        equity_picture(view.points, Frame(WIDTH, 12, glyphs=glyphs)),
        fall_picture(view.points, Frame(WIDTH, 4, glyphs=glyphs)),
    ):
        for row in rows:
            output.line(row.text.rstrip())


def _tell_subjects(view: ReportView, output: Output) -> None:
    from lefi_tui.views import numbers
    from lefi_tui.views.report_words import name_of

    for each in view.subjects:
        if each.account != view.account:
            output.line(f"Another account: lefi report --account {each.account}")
            continue
        name = name_of(each.bot, each.title)
        yielded = numbers.share(each.yield_share)
        profit = numbers.signed(each.pnl, 2)
        output.line(f"  {name:<28}{profit:>14}{yielded:>10}{each.trades:>7,} trades")
    for hold in view.holds:
        name = f"{hold.symbol} held"
        output.line(f"  {name:<28}{'':>14}{numbers.share(hold.yield_share):>10}")


def _tell_trades(view: ReportView, output: Output) -> None:
    from lefi_tui.views import numbers
    from lefi_tui.views.report_words import price_of

    shown = view.trades[:TRADES_TOLD]
    if shown:
        output.line(f"The newest {len(shown)} of {view.totals.trades:,} trades:")
    for row in shown:
        output.line(
            f"  {numbers.moment(row.exit_ns)}  {row.owner:<14} {row.symbol:<13} {row.side:<5}"
            f"{numbers.amount(row.units):>9}{price_of(row.entry_price):>12}"
            f"{price_of(row.exit_price):>12}{numbers.signed(row.pnl, 2):>11}  "
            f"{row.reason.replace('_', ' ')}"
        )
