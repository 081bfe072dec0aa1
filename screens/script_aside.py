"""The pane below the open script that a person asks for: what it may do at most, where a name is.

Each of its lines goes to a place in the script. The same key again closes it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from rich.text import Text

from lefi_tui.errors import shown
from lefi_tui.lang.authoring.analysis import Analysis
from lefi_tui.lang.contract import Contract, contract_of
from lefi_tui.lang.contract_words import VALUES_AT, in_words
from lefi_tui.lang.source import Source, Span
from lefi_tui.views.distance_view import DistancesView
from lefi_tui.views.distance_words import NEAR, heading
from lefi_tui.views.figures import Places
from screens.framed import Framed
from screens.script_near import near_lines
from widgets.findings import Findings
from widgets.ink import Ink, Palette
from widgets.problems import Finding, ink_style

CONTRACT: Final = "What it may do at most, at whatever market"
NONE_YET: Final = "What it may do at most is known once it has no error"


class ScriptAside:
    """`shown` hears what it is for now; nothing when it is closed."""

    def __init__(self, screen: Framed, pane: Findings, shown: Callable[[str], None]) -> None:
        self._screen = screen
        self.pane = pane
        self._shown = shown
        pane.display = False
        self._uses: tuple[str, tuple[Span, ...]] = ("", ())
        self._analysis: Analysis | None = None  # of the newest text
        self.what = ""

    def toggle(self, what: str) -> None:
        self.what = "" if self.what == what else what
        self.pane.display = bool(self.what)
        self.pane.set_class(self.what != "contract", "-cut")  # a contract is read to its end
        self._shown(self.what)
        if self.what == "values":  # of which nothing is known yet
            self.pane.show((f"{NEAR}: being asked", Ink.DIM), [], self._screen.palette)
        self._draw()

    def list_uses(self, text: str, places: tuple[Span, ...]) -> None:
        """Where a name stands, each with its line."""
        self._uses = (text, places)
        if self.what != "uses":
            self.toggle("uses")
        else:
            self._draw()
        self.pane.focus_list()

    def list_near(self, view: DistancesView, places: Places) -> None:
        """How close each condition is; told while it is asked for."""
        if self.what == "values":
            palette, ink = self._screen.palette, Ink.WARN if view.refusal else Ink.TEXT
            self.pane.show((heading(view), ink), near_lines(view, places, palette), palette)

    def checked(self, analysis: Analysis) -> None:
        """The newest text, looked at; places in another one are none any more."""
        self._analysis = analysis
        if self.what == "uses" and analysis.text != self._uses[0]:
            self.toggle("uses")
        else:
            self._draw()

    def _draw(self) -> None:
        if self.what == "contract":
            self._draw_contract()
        elif self.what == "uses":
            text, places = self._uses
            name, palette = text[places[0].start : places[0].end], self._screen.palette
            title = f"{name}: {len(places)} place{'' if len(places) == 1 else 's'}"
            self.pane.show((title, Ink.TEXT), list(use_lines(text, places, palette)), palette)

    def _draw_contract(self) -> None:
        blueprint = None if self._analysis is None else self._analysis.blueprint
        if blueprint is None:
            self.pane.show((NONE_YET, Ink.DIM), [], self._screen.palette)
            return
        lines = list(contract_lines(contract_of(blueprint), self._screen.palette))
        self.pane.show((CONTRACT, Ink.TEXT), lines, self._screen.palette)


def use_lines(text: str, places: tuple[Span, ...], palette: Palette) -> Iterator[Finding]:
    source = Source(text)
    for each in places:
        line, column = source.place(each.start)
        written = source.line(line)
        word = Text(f" {line}:{column} ", ink_style(palette, Ink.DIM))
        stop = column - 1 + each.end - each.start
        word.append(shown(written[: column - 1].lstrip(), keep=""), ink_style(palette, Ink.DIM))
        word.append(written[column - 1 : stop], ink_style(palette, Ink.TITLE))
        word.append(shown(written[stop:], keep=""), ink_style(palette, Ink.DIM))
        yield Finding(word, line - 1, column - 1)


def contract_lines(contract: Contract, palette: Palette) -> Iterator[Finding]:
    """As `lefi check --contract` prints it; each line goes to its handler."""
    handlers = iter(contract.handlers)
    row = 0
    for line in in_words(contract):
        name, value = line[:VALUES_AT], line[VALUES_AT:]
        if not line.startswith(" "):
            handler = next(handlers, None)
            row = handler.line - 1 if handler is not None else 0
            text = Text(f" {line}", ink_style(palette, Ink.TEXT))
        else:
            text = Text(f" {name}", ink_style(palette, Ink.DIM))
            text.append(value, ink_style(palette, Ink.TEXT))
        yield Finding(text, row)
