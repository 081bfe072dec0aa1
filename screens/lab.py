"""The Lab: a script on the left, what it would have earned on the right, run anew at each edit.

It computes nothing; while a text can't run, the last curve stands, marked as of the text before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Vertical
from textual.events import DescendantFocus
from textual.widgets import TextArea

from lefi_tui.core.messages import Command
from lefi_tui.views.lab_data import ground_of
from lefi_tui.views.lab_state import Side
from lefi_tui.views.lab_view import Ground, Lab, Wanted
from lefi_tui.views.lab_words import lacking
from lefi_tui.views.scripts import Listing, ScriptRow, ScriptStore
from screens.choice import ChoiceScreen
from screens.keys import ON_LAB, bindings, of_groups
from screens.lab_choices import LabChoices
from screens.lab_runs import LabRuns
from screens.script_aids import ScriptAids
from screens.script_findings import ScriptFindings
from screens.script_text import ScriptText
from screens.script_versions import ScriptVersions, Versioned
from widgets.editor import ScriptEditor
from widgets.findings import Findings
from widgets.headline import Headline
from widgets.ink import Ink, Palette
from widgets.lab_pane import LabPane
from widgets.lines import Span

WIDE: Final = 100  # from here on, text and picture stand side by side


class LabScreen(Versioned):
    CSS_PATH = "lab.tcss"
    AUTO_FOCUS: ClassVar[str | None] = "#picture"
    GROUPS = ON_LAB
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(*of_groups(*ON_LAB))]

    def __init__(
        self, store: ScriptStore, lab: Lab, _send: Callable[[Command], None], palette: Palette
    ) -> None:
        super().__init__(palette)
        self._store, self._lab = store, lab
        self._about = ""  # the script it was opened for, before it could open one
        self._title = Headline(self.palette, id="title")
        self.editor = ScriptEditor(self.palette, id="text")
        self._below = Findings(self.palette, id="findings")
        self._aids = ScriptAids(self, self.editor)
        self.picture = LabPane(self.palette, id="picture")
        self._row: ScriptRow | None = None  # whose runs are in sight
        self._text = ScriptText(self, store, self.editor, self._shown)
        self.findings = ScriptFindings(self, self.editor, self._below, store.tests)
        self.runs = LabRuns(self, lab, self._draw, lambda: self.picture.size.width)
        self.past = ScriptVersions(self, store, self._text)
        self._choices = LabChoices(self, lab, self.runs, (self._text, self.editor), self._chosen)

    def inside(self) -> ComposeResult:
        with Container(id="sides"):
            with Vertical(id="left"):
                yield self._title
                yield self.editor
                yield self._below
            yield self.picture
        yield self._aids.rename
        yield self.words

    def on_mount(self) -> None:
        super().on_mount()
        self.editor.visible = False
        self.runs.open()
        self._choices.begin()
        self._open_about()

    def on_unmount(self) -> None:
        self._text.leave()
        self._lab.close()

    def on_resize(self) -> None:
        super().on_resize()
        self.set_class(self.size.width < WIDE, "-narrow")
        self.runs.look()

    def dress(self) -> None:
        super().dress()
        self.editor.dress(self.palette)
        self.draw_title()
        self._draw()

    def hidden(self) -> Iterable[str]:
        """The line below the text names help while a person is there."""
        return (each for each in super().hidden() if self.editor.has_focus or each != "help")

    def _draw(self) -> None:
        script, files = self._text.script, self._choices.ground.files
        lacks = lacking(self.table.shown, has_script=script is not None, has_data=bool(files))
        self.picture.tell(self.runs.state, self.palette, lacks)

    # ---- the script

    def look_at(self, about: str) -> None:
        """A script by its name; before there is an editor, it is remembered."""
        self._about = about
        if self.is_mounted:
            self._open_about()

    def _open_about(self) -> None:
        if not self._about:
            return
        row, script = ScriptRow.of(self._about), self._text.script
        # The same one again, where nothing of it waits here: it may have been typed in elsewhere.
        if script is None or script.row != row or not self._text.is_changed:
            self._text.left.add(row)  # its draft is what was typed a moment ago
            self._text.open(row)

    def _shown(self) -> None:
        self.editor.visible = True
        self.editor.focus()
        script = self._text.script
        if script is not None and script.row != self._row:
            self._row = script.row
            self.runs.forget()
            self._aids.opened()
            self._choices.fit(script.row)
        self.draw_title()
        self._want()

    def action_open(self) -> None:
        self._text.errands.ask(self._store.scripts, self._listed)

    def _listed(self, listing: Listing) -> None:
        answers = [
            (f"{row.name}{'  shipped' if row.is_shipped else ''}", partial(self._text.open, row))
            for row in listing.rows
        ]
        self.app.push_screen(ChoiceScreen("Script", "Which one to run.", answers))

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        event.stop()
        self._text.typed()
        self.findings.look()
        self.draw_title()
        self._want()

    def on_text_area_selection_changed(self, event: TextArea.SelectionChanged) -> None:
        event.stop()
        self.draw_title()
        self.draw_words()

    def draw_title(self) -> None:
        no_script = lacking(self.table.shown, has_script=False, has_data=False)
        title = self.findings.titled(self._text.title()) or [(f" {no_script}", Ink.DIM)]
        self._title.tell(title, self.palette)

    def said(self) -> str:
        return "" if self._text.script is None else self.findings.problem()

    def said_below(self) -> Sequence[Span]:
        is_typing = self._text.script is not None and self.editor.has_focus
        return self._aids.line(self.words.size.width - len(self.said())) if is_typing else ()

    def in_question(self) -> tuple[str, ...]:
        return self.findings.in_question()

    def action_problem(self, step: int) -> None:
        self.findings.go(step)

    def on_findings_chosen(self, event: Findings.Chosen) -> None:
        self._aids.from_here()
        self.findings.go_to(event.finding.row, event.finding.column)

    def action_fix(self) -> None:
        self.findings.fix()

    def action_aid(self, what: str) -> None:
        self._aids.carry_out(what)

    def action_save(self) -> None:
        self._text.save(self.saved)

    # ---- text or picture

    def action_turn(self) -> None:
        self._aids.rename.display = False
        is_text = self.focused is self.editor
        if is_text or self._text.script is None:
            self.picture.focus()
        else:
            self.editor.focus()

    on_script_editor_left = action_turn

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """On a narrow screen the text folds away while a person looks at the picture."""
        self.set_class(event.widget is self.picture, "-looking")

    # ---- the run

    def _want(self) -> None:
        script = self._text.script
        if script is not None:
            name, text = f"{script.row.name}.lefi", self.editor.text
            self.runs.want(Wanted(name, text, ground_of(text, self._choices.ground)))

    def _chosen(self, _ground: Ground) -> None:
        self._want()
        self._draw()

    def action_choose(self, what: str) -> None:
        self._choices.carry_out(what)

    def action_view(self) -> None:
        self.runs.turn()

    def action_move(self, across: int, down: int) -> None:
        """From cell to cell of a map, else from trade to trade."""
        if self.runs.state.side is not Side.MAP:
            self.runs.back(-across)
        else:
            self.runs.walk(0, across)
            self.runs.walk(1, down)

    def action_other_axis(self, step: int) -> None:
        self.runs.walk(2, step)

    def action_open_cell(self) -> None:
        if self.runs.state.side is Side.MAP:
            self.runs.open_cell()

    def action_end_run(self) -> None:
        self.runs.end()
