"""Ink and paper: what a color means here, in three palettes, and the signs that go beside colors.

Meanings are named once; a palette says how a terminal shows them. True color and 256 colors share
the exact values of the 256-color cube, so that neither drifts; 16 colors have their own table.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, Literal

from msgspec import field
from msgspec.structs import replace
from rich.style import Style

from lefi_tui.core.record import Record
from lefi_tui.views.desk_view import Mode


class Ink(StrEnum):
    TEXT = "text"
    DIM = "dim"  # stale, or of second rank
    FAINT = "faint"  # lines and fillers
    TITLE = "title"
    GAIN = "gain"
    LOSS = "loss"
    WARN = "warn"
    BAD = "bad"
    KEY = "key"
    FRAME = "frame"  # the color of the mode
    BADGE = "badge"  # the mode's word, reversed
    ALARM = "alarm"  # halted, or the engine is silent
    KEYWORD = "keyword"  # the words of a script
    METHOD = "method"
    NUMBER = "number"
    QUOTED = "quoted"


class Ground(StrEnum):
    PAPER = "paper"
    HEAD = "head"
    MARKED = "marked"  # the cursor of a pane that has no focus
    CURSOR = "cursor"
    POPUP = "popup"  # what lies over a text for a moment
    POINTED = "pointed"  # and the row of it that is pointed at


class Glyphs(Record):
    """Signs. The Linux console has no heavy lines and no triangles: it gets plain letters."""

    corners: str = "┏┓┗┛"
    line: str = "━"
    side: str = "┃"
    cursor: str = "▸"
    cursor_away: str = "▹"  # of a pane that has no focus
    up: str = "▲"
    down: str = "▼"
    cut: str = "…"
    dot: str = "·"
    arrow: str = "→"
    border: Literal["heavy", "ascii"] = "heavy"  # what Textual calls the same line
    is_ascii: bool = False
    error: str = "●"
    warning: str = "▲"
    passed: str = "✓"
    failed: str = "✗"
    missed: str = "○"  # no test reaches it


ASCII: Final = Glyphs(
    *("++++", "-", "|", ">", ":", "^", "v", "~", ".", "->", "ascii"),
    is_ascii=True,
    error="E",
    warning="W",
    passed="+",
    failed="x",
    missed="o",
)


class Palette(Record):
    """One way to show every meaning. `accent` is the color of the mode that is on the frame."""

    name: str
    inks: Mapping[Ink, str]
    grounds: Mapping[Ground, str]
    modes: Mapping[Mode, str]
    glyphs: Glyphs = field(default_factory=Glyphs)
    accent: Mode = Mode.DEMO

    def under(self, mode: Mode) -> Palette:
        """The palette with the color of this mode on the frame."""
        return self if mode is self.accent else replace(self, accent=mode)

    @property
    def frame_color(self) -> str:
        return self.modes[self.accent]

    @property
    def paper(self) -> str:
        return self.grounds[Ground.PAPER]

    def style(self, ink: Ink, ground: Ground) -> Style:
        paper = self.grounds[ground]
        if ink is Ink.FRAME:
            return Style.parse(f"{self.frame_color} on {paper}")
        if ink is Ink.BADGE:
            return Style.parse(f"bold {self.paper} on {self.frame_color}")
        if ink is Ink.ALARM:
            return Style.parse(self.inks[ink])
        return Style.parse(f"{self.inks[ink]} on {paper}")


_CUBE_INKS: Final = {
    Ink.TEXT: "#d0d0d0",
    Ink.DIM: "#8a8a8a",
    Ink.FAINT: "#585858",
    Ink.TITLE: "bold #eeeeee",
    Ink.GAIN: "#5faf87",
    Ink.LOSS: "#ff5f5f",
    Ink.WARN: "#d7af5f",
    Ink.BAD: "bold #ff5f5f",
    Ink.KEY: "bold #eeeeee",
    Ink.ALARM: "bold #eeeeee on #d70000",
    Ink.KEYWORD: "#af87d7",
    Ink.METHOD: "#87afd7",
    Ink.NUMBER: "#d7af87",
    Ink.QUOTED: "#87af5f",
}
_CUBE_GROUNDS: Final = {
    Ground.PAPER: "#121212",
    Ground.HEAD: "#1c1c1c",
    Ground.MARKED: "#1c1c1c",
    Ground.CURSOR: "#303030",
    Ground.POPUP: "#262626",
    Ground.POINTED: "#444444",
}
_CUBE_MODES: Final = {
    Mode.DEMO: "#87afd7",
    Mode.REPLAY: "#af87d7",
    Mode.DRY: "#d7af5f",
    Mode.SANDBOX: "#87d75f",
    Mode.LIVE: "#ff5f00",
}
# Exactly the values that Rich counts as the sixteen, so each becomes the plain escape code.
_SIXTEEN_INKS: Final = {
    Ink.TEXT: "#ffffff",
    Ink.DIM: "#aaaaaa",
    Ink.FAINT: "#aaaaaa",  # the sixteenth grey is unreadable on many terminals
    Ink.TITLE: "bold #ffffff",
    Ink.GAIN: "#00aa00",
    Ink.LOSS: "#ff5555",
    Ink.WARN: "#ffff55",
    Ink.BAD: "bold #ff5555",
    Ink.KEY: "bold #ffffff",
    Ink.ALARM: "bold #ffffff on #aa0000",
    Ink.KEYWORD: "#ff55ff",
    Ink.METHOD: "bold #ffffff",
    Ink.NUMBER: "#55ffff",
    Ink.QUOTED: "#00aa00",
}
_SIXTEEN_GROUNDS: Final = {
    Ground.PAPER: "#000000",
    Ground.HEAD: "#000000",
    Ground.MARKED: "#000000",
    Ground.CURSOR: "#0000aa",
    Ground.POPUP: "#555555",
    Ground.POINTED: "#0000aa",  # as a cursor in a list: what is blue is chosen
}
_SIXTEEN_MODES: Final = {
    Mode.DEMO: "#55ffff",
    Mode.REPLAY: "#ff55ff",
    Mode.DRY: "#ffff55",
    Mode.SANDBOX: "#55ff55",
    Mode.LIVE: "#ff5555",
}

TRUE_COLOR: Final = Palette("truecolor", _CUBE_INKS, _CUBE_GROUNDS, _CUBE_MODES)
COLORS_256: Final = replace(TRUE_COLOR, name="256")
COLORS_16: Final = Palette("16", _SIXTEEN_INKS, _SIXTEEN_GROUNDS, _SIXTEEN_MODES)
CONSOLE: Final = replace(COLORS_16, name="console", glyphs=ASCII)
PALETTES: Final = {each.name: each for each in (TRUE_COLOR, COLORS_256, COLORS_16, CONSOLE)}
