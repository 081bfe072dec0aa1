"""While you were away: what was filled, decided, refused and broken since a screen last looked."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any, ClassVar

from rich.console import Group
from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.screen import Screen
from textual.widgets import Static

from lefi_tui.errors import LefiError
from lefi_tui.views import numbers
from lefi_tui.views.away import AwayView
from lefi_tui.views.queries import AwayQuery
from screens.asking import Dialog
from screens.keys import bindings
from screens.setup import DeskSetup
from widgets.ink import Glyphs
from widgets.log import SIGNS, sentence


class AwayScreen(Dialog):
    CSS_PATH = "dialog.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("back", "choose")]

    def __init__(self, view: AwayView, glyphs: Glyphs) -> None:
        super().__init__()
        self._page = page(view, glyphs)

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="window") as window:
            window.border_title = "While you were away"
            window.border_subtitle = "↑ ↓ scroll   Esc to the desk"
            yield Static(self._page, classes="words")

    def action_choose(self) -> None:
        self.dismiss()


def look_back(
    setup: DeskSetup,
    run: Callable[[Any], object],  # a worker of the application
    show: Callable[[Screen[None]], object],
) -> None:
    """Once, when the desk opens."""
    run(partial(_ask, setup, show))


async def _ask(setup: DeskSetup, show: Callable[[Screen[None]], object]) -> None:
    with suppress(OSError, LefiError):  # no engine answers: the desk says that by itself
        view = await setup.channel.ask(AwayQuery())
        assert isinstance(view, AwayView)
        if view.is_any:
            show(AwayScreen(view, setup.palette.glyphs))


def page(view: AwayView, glyphs: Glyphs) -> Group:
    """How long, how much of what, then each line, newest first."""
    grid = Table.grid(padding=(0, 1))
    grid.add_column(no_wrap=True)
    grid.add_column()
    for row in view.lines:
        text = f"{row.where}: {sentence(row, glyphs)}"
        grid.add_row(Text(f"{numbers.clock(row.at_ns)} {SIGNS[row.weight]}"), Text(text))
    more = view.lines_in_all - len(view.lines)
    end = [Text(f"{more} earlier lines are in the journal.")] if more > 0 else []
    return Group(*(Text(line) for line in head(view)), Text(), grid, *end)


def head(view: AwayView) -> list[str]:
    away_ms = (view.until_ns - view.since_ns) // numbers.NS_PER_MS
    since = f"Since {numbers.moment(view.since_ns)} UTC, {numbers.age(away_ms)} ago:"
    verb = "runs" if len(view.bots) == 1 else "run"
    paused = f"The engine did not run all the time: {', '.join(view.bots)} waited and {verb} again."
    return [since, f"{counts(view)}.", *([paused] if view.has_paused else [])]


def counts(view: AwayView) -> str:
    tally = view.tally
    least = "at least " if view.is_cut else ""
    parts = (
        _counted(tally.fills, "fill"),
        _counted(tally.decisions, "decision"),
        _counted(tally.refusals, "refusal"),
        _counted(tally.errors, "error"),
    )
    return least + ", ".join(parts)


def _counted(number: int, noun: str) -> str:
    return f"{number or 'no'} {noun}{'' if number == 1 else 's'}"
