"""Starts a bot from a script: on which account, with which settings, and for how long.

The form is made from the script. What is typed is Lefi text, checked as the language checks it, and
a mistake stands beside its field; only what differs from the script's own values is sent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import PurePath
from typing import ClassVar, Final

from rich.style import Style
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from lefi_tui.core.messages import Work
from lefi_tui.core.record import Record
from lefi_tui.lang.program import Program, check
from lefi_tui.lang.script_pass import SettingInfo
from lefi_tui.views.desk_view import AccountRow, DeskView, Mode
from lefi_tui.views.work_plan import FROM, HINTS, UNTIL, WORK, WorkPlan, mistakes, planned
from screens.asking import Dialog, Fields
from screens.beside import Newest
from screens.keys import bindings
from widgets.in_order import Field
from widgets.ink import Ink, Palette

CHECK_SECONDS: Final = 0.15
MONEY: Final[Mapping[Mode, str]] = {
    Mode.DEMO: "a made-up market, made-up money",
    Mode.REPLAY: "a recorded market, made-up money",
    Mode.DRY: "a real market, made-up money",
    Mode.SANDBOX: "an exchange's practice market, made-up money",
    Mode.LIVE: "real money; its gates are shown before anything starts",
}
PLAN: Final = "@"  # before the name of a field that is no setting of the script
Values = Mapping[str, str]  # settings that differ, as Lefi text
Typed = tuple[Values, Values]  # settings, then how long it is for


class StartForm(Record):
    """What the form is made from."""

    program: Program
    source: str
    view: DeskView  # its accounts and its time
    refusal: Callable[[str, Values], str]  # the engine's own words; empty when it would run
    start: Callable[[str, Values, WorkPlan], None]  # account, settings, how long it is for


class StartScriptScreen(Dialog):
    CSS_PATH: ClassVar[list[str | PurePath]] = ["dialog.tcss", "start_script.tcss"]
    AUTO_FOCUS: ClassVar[str | None] = "Input, OptionList"
    DEFAULT_CLASSES = "form"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("back", "field_above", "field_below")]

    def __init__(self, form: StartForm, palette: Palette) -> None:
        super().__init__()
        self._form = form
        self._inks = palette.inks
        self._fields = {each.name: Field(plain(each.value)) for each in form.program.settings}
        self._plan = {WORK: Field(Work.RECURRING.value), FROM: Field(), UNTIL: Field()}
        self._hints = {each.name: hint(each) for each in form.program.settings}
        self._hints |= {PLAN + name: words for name, words in HINTS.items()}
        self._beside = {name: Static(markup=False) for name in self._hints}
        accounts = form.view.accounts
        self._accounts = OptionList(*(Option(self._account(each)) for each in accounts))
        # One account is no choice: then the arrows go through the fields alone.
        self._accounts.can_focus = len(accounts) > 1
        self._refusal = Static(classes="refusal", markup=False)
        self._is_wanted = False
        self._checks: Newest[Typed, Values] = Newest(
            self, self._errors, self._checked, CHECK_SECONDS
        )

    def compose(self) -> ComposeResult:
        program = self._form.program
        with Vertical(classes="window") as window:
            window.border_title = f"Start {program.title or 'the script'} as a bot"
            window.border_subtitle = "↑ ↓ field   Enter starts   Esc back"
            with Fields():
                yield self._accounts
                for name, field in self._fields.items():
                    yield self._row(name, field, self._beside[name])
                for name, field in self._plan.items():
                    yield self._row(name, field, self._beside[PLAN + name])
                yield self._refusal

    def _row(self, name: str, field: Field, beside: Static) -> Horizontal:
        return Horizontal(
            Static(name, classes="name", markup=False), field, beside, classes="field"
        )

    def on_mount(self) -> None:
        self._accounts.highlighted = 0
        self._checked(({}, {}), {})

    def _account(self, row: AccountRow) -> Text:
        text = Text(f"{row.name}  ")
        text.append(row.mode.value, "bold")
        return text.append(f"  {row.venue}: {MONEY[row.mode]}")

    # ---- what is typed

    def values(self) -> Values:
        """The settings that differ from the script's own; an empty field does not."""
        typed = {name: field.value.strip() for name, field in self._fields.items()}
        return {
            each.name: typed[each.name]
            for each in self._form.program.settings
            if typed[each.name] not in {"", plain(each.value)}
        }

    def plan(self) -> Values:
        """How long it is for, as typed."""
        return {name: field.value.strip() for name, field in self._plan.items()}

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._is_wanted = False
        self._check()

    def _check(self) -> None:
        self._checks.offer((self.values(), self.plan()))

    def _errors(self, typed: Typed) -> Values:
        """Each field by itself; then, where each is right, what the engine says of them all."""
        values, plan = typed
        source, now_ns = self._form.source, self._form.view.at_ns
        found = {name: error_of(source, name, value) for name, value in values.items()}
        found |= {PLAN + name: words for name, words in mistakes(plan, now_ns).items()}
        wrong = {name: words for name, words in found.items() if words}
        return wrong or {"": self._form.refusal(source, values)}

    def _checked(self, _: Typed, wrong: Values) -> None:
        for name, takes in self._hints.items():
            words = wrong.get(name, "")
            ink = self._inks[Ink.LOSS if words else Ink.DIM]
            self._beside[name].update(Text(words or takes, Style.parse(ink)))
        said = wrong.get("", "")
        self._refusal.update(Text(said, Style.parse(self._inks[Ink.LOSS])))
        if self._is_wanted and not any(wrong.values()):
            self._start()
        self._is_wanted = False

    # ---- what a person does

    def on_input_submitted(self) -> None:
        self._want()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self._want()

    def _want(self) -> None:
        """Starts as soon as all is checked, and only if nothing is wrong."""
        self._is_wanted = True
        self._check()

    def _start(self) -> None:
        account = self._form.view.accounts[self._accounts.highlighted or 0].name
        values, plan = self.values(), planned(self.plan())
        self.dismiss()
        self._form.start(account, values, plan)

    def action_field(self, step: int) -> None:
        if step > 0:
            self.focus_next()
        else:
            self.focus_previous()


def error_of(source: str, name: str, value: str) -> str:
    """Why the language does not take this value; empty when it does."""
    found = check(source, settings={name: value}).diagnostics
    return next((each.message for each in found if each.is_error), "")


def plain(value: str) -> str:
    """A text as a person types it in a form: without its quotes."""
    is_text = len(value) > 1 and value[0] == value[-1] == '"' and '"' not in value[1:-1]
    return value[1:-1] if is_text else value


def hint(setting: SettingInfo) -> str:
    """What it takes, then what it is for."""
    takes = {"bare": "number"}.get(setting.kind, setting.kind)
    if setting.low:
        takes = f"{takes} {setting.low} to {setting.high}"
    if setting.choices:
        takes = f"one of {', '.join(plain(each) for each in setting.choices)}"
    return f"{takes}. {setting.doc}" if setting.doc else takes
