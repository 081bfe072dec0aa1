"""What a person chooses for the Lab: the data, the settings, a run to compare with, a sweep."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from msgspec.structs import replace

from lefi_tui.lang.program import Checked, Program, check
from lefi_tui.requests import MEASURES
from lefi_tui.views import lab_form
from lefi_tui.views.lab_data import DataRow, Shown, in_words, needed, rows_of
from lefi_tui.views.lab_state import Side
from lefi_tui.views.lab_view import DataFile, Ground, Lab, Run
from lefi_tui.views.lab_words import named
from lefi_tui.views.scripts import ScriptRow
from screens.choice import Answer, ChoiceScreen
from screens.form import Blank, Form, FormScreen, Typed
from screens.framed import Framed
from screens.lab_data import LabDataScreen, fitted
from screens.lab_runs import LabRuns
from screens.script_text import ScriptText
from screens.start_script import error_of, hint, plain
from widgets.editor import ScriptEditor

NOT_CHECKED: Final = "The script has mistakes: its settings are known once it checks."
LISTED_MAX: Final = 40
MAKING: Final = "Candles of the demo market are being made."


class LabChoices:
    """`chosen` is called with another ground."""

    def __init__(
        self,
        screen: Framed,
        lab: Lab,
        runs: LabRuns,
        script: tuple[ScriptText, ScriptEditor],
        chosen: Callable[[Ground], None],
    ) -> None:
        self._screen, self._lab, self._runs = screen, lab, runs
        self._text, self._editor = script
        self._chosen = chosen
        self.ground = Ground()

    def begin(self) -> None:
        """With what was chosen last."""
        self._text.errands.ask(self._lab.remembered, self._take)

    def _take(self, ground: Ground) -> None:
        self.ground = ground
        self._chosen(ground)

    def carry_out(self, what: str) -> None:
        """One of what is asked in a dialog, or done with the run in sight."""
        acts: Mapping[str, Callable[[], None]] = {
            "data": self.data,
            "settings": self.settings,
            "sweep": self.sweep,
            "take": self.take,
            "keep": self.keep,
            "kept": self.kept,
        }
        acts[what]()

    def choose(self, ground: Ground) -> None:
        self._text.errands.ask(partial(self._lab.remember, ground), lambda _: None)
        self._take(ground)

    # ---- data

    def data(self) -> None:
        text, ground = self._editor.text, self.ground

        def work() -> Shown:
            needs = needed(text, ground)
            return Shown(in_words(needs), rows_of(self._lab.files(needs), needs))

        self._text.errands.ask(work, self._found)

    def _found(self, there: Shown) -> None:
        here = self.ground.files
        self._screen.app.push_screen(LabDataScreen(there, here, self._run_over, self._choose_row))

    def _run_over(self, files: tuple[DataFile, ...]) -> None:
        self.choose(replace(self.ground, files=files))

    def _choose_row(self, row: DataRow) -> None:
        made = partial(self._lab.make, row.kept)
        if not all(each.is_made for each in row.kept):
            self._screen.notice(MAKING)
        self._text.errands.ask(made, lambda _: self._run_over(row.files))

    def fit(self, row: ScriptRow) -> None:
        """One that came with the program has candles to run over, whatever is chosen; what is
        chosen stays what is remembered."""
        text = self._editor.text

        def work() -> tuple[DataFile, ...]:
            return fitted(self._lab, text, self.ground)

        if row.is_shipped:
            self._text.errands.ask(work, self._fitted)

    def _fitted(self, files: tuple[DataFile, ...]) -> None:
        if files != self.ground.files:
            self._take(replace(self.ground, files=files))

    # ---- settings, and what a sweep varies

    def settings(self) -> None:
        self._checked_then(self._ask_settings)

    def sweep(self) -> None:
        self._checked_then(self._ask_sweep)

    def _checked_then(self, then: Callable[[Program, str], None]) -> None:
        text = self._editor.text

        def checked(found: Checked) -> None:
            if found.program is None:
                self._screen.notice(NOT_CHECKED)
            else:
                then(found.program, text)

        if self._text.script is not None:
            self._text.errands.ask(partial(check, text), checked)

    def _ask_settings(self, program: Program, text: str) -> None:
        ground, typed = self.ground, lab_form.typed_of(self.ground)
        values = dict(ground.values)
        blanks = [
            Blank(each.name, plain(values.get(each.name, each.value)), hint(each))
            for each in program.settings
        ]
        blanks += [Blank(name, typed[name], words) for name, words in lab_form.HINTS.items()]

        def wrong(now: Typed) -> Typed:
            changed = _changed(program, now)
            found = {name: error_of(text, name, value) for name, value in changed.items()}
            return found | lab_form.mistakes({name: now[name] for name in lab_form.HINTS})

        def done(now: Typed) -> None:
            own = tuple(_changed(program, now).items())
            rest = {name: now[name] for name in lab_form.HINTS}
            self.choose(lab_form.with_typed(replace(ground, values=own), rest))

        form = Form("Settings of the run", "runs it so", blanks, wrong, done)
        self._screen.app.push_screen(FormScreen(form, self._screen.palette))

    def _ask_sweep(self, program: Program, _text: str) -> None:
        known = [each for each in program.settings if lab_form.is_number(each)]
        if not known:
            self._screen.notice("This script has no setting that is a number: nothing to vary.")
            return
        before = dict(self._runs.varied)
        blanks = [
            Blank(each.name, before.get(each.name, ""), f"{lab_form.OVER_HINT}. {hint(each)}")
            for each in known
        ]
        rank = before.get(lab_form.RANK, MEASURES[0])
        blanks.append(Blank(lab_form.RANK, rank, lab_form.RANK_HINT))

        def wrong(now: Typed) -> Typed:
            ranges = {name: text for name, text in now.items() if name != lab_form.RANK}
            return lab_form.over_mistakes(ranges, now[lab_form.RANK])

        def done(now: Typed) -> None:
            self._runs.varied = dict(now)
            ranges = {name: text for name, text in now.items() if name != lab_form.RANK}
            self._runs.sweep(lab_form.over_of(ranges), now[lab_form.RANK])

        form = Form("Sweep", "runs every combination", blanks, wrong, done)
        self._screen.app.push_screen(FormScreen(form, self._screen.palette))

    def take(self) -> None:
        """The settings of the cell, or of the run in sight, for all runs from now on."""
        state = self._runs.state
        if state.side is Side.MAP:
            self._runs.open_cell()
            self.choose(self._runs.wanted.ground)
            return
        run = state.run
        if run is None or run.ground == self.ground:
            self._screen.notice("The run in sight has the settings that are chosen already.")
        else:
            self.choose(run.ground)
            values = ", ".join(f"{name} {value}" for name, value in run.ground.values)
            self._screen.notice(f"Its settings are taken: {values}. {_TAKEN}")

    # ---- kept runs

    def keep(self) -> None:
        run = self._runs.state.run
        if run is not None:
            self._runs.compare(run)
            self._text.errands.ask(partial(self._lab.keep, run), lambda _: self._kept(run))

    def _kept(self, run: Run) -> None:
        self._screen.notice(f"Kept as {run.key}: every curve is now drawn beside it.")

    def kept(self) -> None:
        self._text.errands.ask(self._lab.kept, self._list)

    def _list(self, kept: tuple[Run, ...]) -> None:
        known = {each.key: each for each in (*kept, *self._runs.recent())}
        if not known:
            self._screen.notice("No run yet.")
            return
        on_disk = {each.key for each in kept}
        rows: list[Answer] = [
            (
                f"{named(each)}{'' if each.key in on_disk else '  not kept'}",
                partial(self._ask, each),
            )
            for each in list(known.values())[:LISTED_MAX]
        ]
        self._screen.app.push_screen(ChoiceScreen("Runs", "Kept ones, then the newest.", rows))

    def _ask(self, run: Run) -> None:
        answers: list[Answer] = [
            ("Draw every curve beside it", partial(self._runs.compare, run)),
            ("Put its text into the editor; Ctrl+Z takes that back", partial(self._open, run)),
            ("Take its data and settings", partial(self.choose, run.ground)),
            ("Compare with none", partial(self._runs.compare, None)),
        ]
        self._screen.app.push_screen(ChoiceScreen(run.key, named(run), answers))

    def _open(self, run: Run) -> None:
        editor = self._editor
        editor.history.checkpoint()
        editor.replace(run.text, (0, 0), editor.document.end, maintain_selection_offset=False)
        editor.history.checkpoint()


_TAKEN: Final = "The text stays as it is"


def _changed(program: Program, now: Typed) -> dict[str, str]:
    """Settings that differ from the script's own."""
    return {
        each.name: now[each.name]
        for each in program.settings
        if now[each.name] not in {"", plain(each.value)}
    }
