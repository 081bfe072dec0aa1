"""While you were away: what was filled, decided, refused and broken since a screen last looked."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.screen import Screen
from textual.widgets import Static

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
        self._words = "\n".join(words(view, glyphs))

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="window") as window:
            window.border_title = "While you were away"
            window.border_subtitle = "↑ ↓ scroll   Esc to the desk"
            yield Static(self._words, classes="words", markup=False)

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
    with suppress(OSError):  # no engine answers: the desk says that by itself
        view = await setup.channel.ask(AwayQuery())
        assert isinstance(view, AwayView)
        if view.is_any:
            show(AwayScreen(view, setup.palette.glyphs))


def words(view: AwayView, glyphs: Glyphs) -> list[str]:
    """How long, how much of what, then each line, newest first."""
    away_ms = (view.until_ns - view.since_ns) // numbers.NS_PER_MS
    since = f"Since {numbers.moment(view.since_ns)} UTC, {numbers.age(away_ms)} ago:"
    verb = "runs" if len(view.bots) == 1 else "run"
    paused = f"The engine did not run all the time: {', '.join(view.bots)} waited and {verb} again."
    lines = [_line(row, glyphs) for row in view.lines]
    more = view.lines_in_all - len(view.lines)
    end = [f"{more} earlier lines are in the journal."] if more > 0 else []
    head = [since, f"{counts(view)}.", *([paused] if view.has_paused else [])]
    return [*head, "", *lines, *end]


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


def _line(row: Any, glyphs: Glyphs) -> str:
    sign = SIGNS[row.weight]
    return f"{numbers.clock(row.at_ns)} {sign} {row.where}: {sentence(row, glyphs)}"
