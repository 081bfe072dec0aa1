"""Limits: what the gate refuses, place by place, how it stands now; the thermostat with reasons.

It has no rule of trading: it sends changes, and the next order keeps them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, Final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widgets import Input, Static

from lefi_tui.core.messages import ChangeLimits, Command
from lefi_tui.core.risk.limits import SETTINGS, LimitError, from_text
from lefi_tui.views.limits_view import LimitRow, LimitsView
from lefi_tui.views.queries import LimitsQuery
from screens.asking import Dialog
from screens.framed import Framed
from screens.keys import LIMITS, bindings, of_groups
from widgets.block import Block
from widgets.in_order import Field
from widgets.ink import Palette
from widgets.limits import LimitList, thermostat, wants
from widgets.lines import Frame

VALUE_MAX: Final = 200
HEAT_SHARE: Final = 3  # of the height that the thermostat may take
OF_THE_FILE: Final = "What the settings say is changed under [limits] in config.toml; Tab goes on."
ANSWERED: Final = "Asked for: {}. What came of it stands in the list."


class LimitsScreen(Framed):
    CSS_PATH = "limits.tcss"
    AUTO_FOCUS: ClassVar[str | None] = "#list"
    GROUPS = (LIMITS,)
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(*of_groups(LIMITS), is_priority=True)]
    every_s: ClassVar[float] = 1.0

    def __init__(self, send: Callable[[Command], None], palette: Palette) -> None:
        super().__init__(palette)
        self.query_of: LimitsQuery = LimitsQuery()
        self.view: LimitsView | None = None
        self._send = send
        self.heat = Block(self.palette, id="heat")
        self.list = LimitList(self.palette, id="list")

    def inside(self) -> ComposeResult:
        yield self.heat
        yield self.list
        yield self.words

    # ---- what is shown

    def show(self, answer: Any, silent_ms: int) -> None:  # noqa: ARG002 -- the frame says its age
        assert isinstance(answer, LimitsView)
        if answer.place == self.query_of.place:  # else of the place that was left
            self.view = answer
            self._draw()

    def look_at(self, about: str) -> None:
        """A limit by its name."""
        self.list.cursor_key = about
        self._draw()

    def on_resize(self) -> None:
        super().on_resize()
        self.call_after_refresh(self._draw)

    def dress(self) -> None:
        super().dress()
        self._draw()

    def _draw(self) -> None:
        self.list.show(self.view, self.palette)
        heats = () if self.view is None else self.view.heats
        wanted = max(1, min(wants(heats), self.size.height // HEAT_SHARE))
        if self.is_mounted and self.size.width:
            self.heat.styles.height = wanted
            frame = Frame(self.size.width - 2, wanted, glyphs=self.palette.glyphs)
            self.heat.show(thermostat(heats, frame), self.palette)
        self.draw_words()

    def said(self) -> str:
        return self.list.words

    # ---- what a person does

    def action_move(self, step: int) -> None:
        self.list.move(step)
        self.draw_words()

    def action_place(self, step: int) -> None:
        """The next place where limits may stand, from the one asked for: keys outrun answers."""
        if self.view is not None:
            places = self.view.places
            here = (places.index(self.query_of.place) + step) % len(places)
            self.query_of = LimitsQuery(places[here])
            self.notice(f"Limits of {places[here]}.")

    def action_change(self) -> None:
        """Of the place asked for; until its list is there, nothing of the one that was left."""
        limit, place = self.list.selected, self.query_of.place
        if place == SETTINGS:
            self.notice(OF_THE_FILE)
        elif limit is None or self.view is None or self.view.place != place:
            self.notice("The engine has not answered yet.")
        else:
            self.app.push_screen(LimitScreen(limit, place, self._asked))

    def _asked(self, command: ChangeLimits) -> None:
        self._send(command)
        name, text = command.values[0]
        self.notice(ANSWERED.format(f"{name} = {text or 'no limit'} for {command.place}"))


class LimitScreen(Dialog):
    """One limit of one place: checked as it is typed; nothing typed unsets it."""

    CSS_PATH = "dialog.tcss"
    AUTO_FOCUS: ClassVar[str | None] = "Input"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("back")]

    def __init__(self, limit: LimitRow, place: str, send: Callable[[ChangeLimits], None]) -> None:
        super().__init__()
        self._limit, self._place, self._send = limit, place, send
        self._said = Static(classes="words dim", markup=False)

    def compose(self) -> ComposeResult:
        with Vertical(classes="window") as window:
            window.border_title = f"{self._limit.name} for {self._place}"
            window.border_subtitle = "Enter sets it   empty: no limit   Esc back"
            yield Static(f"{self._limit.meaning}.", classes="words", markup=False)
            yield Field(self._limit.own, max_length=VALUE_MAX)
            yield self._said

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._said.update(self._wrong(event.value) or "The next order keeps it.")

    def _wrong(self, text: str) -> str:
        try:
            from_text(self._limit.name, text)
        except LimitError as error:
            return str(error)
        return ""

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if not self._wrong(event.value):
            self.dismiss()
            self._send(ChangeLimits(self._place, ((self._limit.name, event.value.strip()),)))
