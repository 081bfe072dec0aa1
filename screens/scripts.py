"""Scripts: the list, the editor with what is wrong in the text, its tests, and a bot from it.

It reads and writes by the store it was given, from threads; what a person types is checked by the
language a moment after the last key, and never waits for that.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Final

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.events import DescendantFocus
from textual.widgets import OptionList, TextArea
from textual.widgets.option_list import Option

from lefi_tui.core.messages import Command
from lefi_tui.lang.diagnostic import Diagnostic
from lefi_tui.lang.source import Source
from lefi_tui.views.scripts import Listing, OpenScript, ScriptRow, ScriptStore
from screens.framed import Framed
from screens.keys import ON_SCRIPTS, bindings, of_groups
from screens.new_script import NewScriptScreen
from screens.script_aside import ScriptAside
from screens.script_findings import ScriptFindings
from screens.script_start import ScriptStart
from screens.script_text import ScriptText
from widgets.editor import ScriptEditor
from widgets.find_line import FindLine
from widgets.findings import Findings
from widgets.headline import Headline
from widgets.ink import Ink, Palette

CHOOSE: Final = "Enter opens a script, {} makes a new one."
WIDE: Final = 100  # from here on, the list stays beside the text
HIGH_TWICE: Final = 34  # from here on, for problems and what is asked for beside them
HIGH: Final = 20  # from here on, some problems have room below it


class ScriptsScreen(Framed):
    CSS_PATH = "scripts.tcss"
    AUTO_FOCUS: ClassVar[str | None] = "#scripts"
    GROUPS = ON_SCRIPTS
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(*of_groups(*ON_SCRIPTS))]

    def __init__(
        self, store: ScriptStore, send: Callable[[Command], None], palette: Palette
    ) -> None:
        super().__init__(palette)
        self._store = store
        self.rows: tuple[ScriptRow, ...] = ()
        self._is_starred, self._drafts = False, frozenset[ScriptRow]()
        self._is_told = False  # that the own scripts can't be listed
        self._list = OptionList(id="scripts")
        self._head = Headline(self.palette, id="scripts-head")
        self._title = Headline(self.palette, id="title")
        self.editor = ScriptEditor(self.palette, id="text")
        self._find = FindLine(self.editor, self.notice)
        self._below = Findings(self.palette, id="findings")
        self._text = ScriptText(self, store, self.editor, self._shown)
        self._aside = ScriptAside(self, Findings(self.palette, id="aside"), self._aside_shown)
        self._findings = ScriptFindings(
            self, self.editor, self._below, store.tests, self._aside.checked
        )
        self._start = ScriptStart(self, store, self._text, send, self._findings.why_not)

    def inside(self) -> ComposeResult:
        with Horizontal():
            yield Vertical(self._head, self._list, id="shelf")
            with Vertical():
                yield self._title
                yield self.editor
                yield self._find
                yield self._aside.pane
                yield self._below
        yield self.words

    def on_mount(self) -> None:
        super().on_mount()
        self.editor.visible = False
        self._draw_title()

    def on_screen_resume(self) -> None:
        self._list_again()

    def on_unmount(self) -> None:
        self._text.leave()

    def on_resize(self) -> None:
        super().on_resize()
        self.set_class(self.size.width < WIDE, "-narrow")
        self.set_class(self.size.height < HIGH, "-low")
        self.set_class(self.size.height < HIGH_TWICE, "-short")

    def dress(self) -> None:
        super().dress()
        self.editor.dress(self.palette)
        self._draw_title()

    # ---- the list

    def _list_again(self) -> None:
        self._text.errands.ask(self._store.scripts, self._listed)

    def _listed(self, listing: Listing) -> None:
        at = self._list.highlighted or 0
        self.rows, self._drafts = listing.rows, listing.drafts
        self._is_starred = self._text.is_changed
        self._list.clear_options()
        self._list.add_options(Option(self._prompt(row)) for row in listing.rows)
        self._list.highlighted = min(at, len(listing.rows) - 1)
        if listing.problem is not None and not self._is_told:
            self._is_told = True  # once: closing the message lists again
            self._text.complain(listing.problem)

    def _prompt(self, row: ScriptRow) -> Text:
        script = self._text.script
        is_open = script is not None and script.row == row
        is_changed = self._text.is_changed if is_open else row in self._text.left | self._drafts
        mark = self.palette.glyphs.cursor if is_open else " "
        text = Text(f"{mark}{row.name}{'*' if is_changed else ''}", "bold" if is_open else "")
        return text.append("  shipped", "dim not bold") if row.is_shipped else text

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self._text.open(self.rows[event.option_index])

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """On a narrow screen the list folds away when it is left."""
        self.set_class(event.widget is self._list, "-choosing")

    # ---- the text

    def _shown(self) -> None:
        """Another script is open, or it was saved."""
        self.editor.visible = True
        if self.focused is self._list or self.focused is None:
            self.editor.focus()
        self._draw_title()
        self._list_again()

    def action_edit(self, what: str) -> None:
        self.editor.carry_out(what)

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        event.stop()
        self._text.typed()
        self._findings.look()
        self._draw_title()

    def on_text_area_selection_changed(self, event: TextArea.SelectionChanged) -> None:
        event.stop()
        self.draw_words()

    def _draw_title(self) -> None:
        words = CHOOSE.format(self.table.shown("script_new"))
        self._title.tell(self._text.title() or [(f" {words}", Ink.DIM)], self.palette)
        self._mark()
        self._head.tell([(" Scripts", Ink.TEXT)], self.palette)

    def _mark(self) -> None:
        """The star of what is not saved, in the list, when it came or went."""
        script, is_changed = self._text.script, self._text.is_changed
        if script is not None and is_changed is not self._is_starred and script.row in self.rows:
            self._is_starred, at = is_changed, self.rows.index(script.row)
            self._list.replace_option_prompt_at_index(at, self._prompt(script.row))

    def said(self) -> str:
        return "" if self._text.script is None else self._findings.words()

    def in_question(self) -> str:
        return self._findings.in_question()

    # ---- what is wrong, and the tests

    def action_problem(self, step: int) -> None:
        self._findings.go(step)

    def on_findings_chosen(self, event: Findings.Chosen) -> None:
        self._findings.go_to(event.finding.row, event.finding.column)

    def action_fix(self) -> None:
        self._findings.fix()

    def action_aside(self, what: str) -> None:
        if self._text.script is not None:
            self._aside.toggle(what)

    def _aside_shown(self) -> None:
        self.set_class(bool(self._aside.what), "-aside")

    def action_tests(self) -> None:
        if self._text.script is not None:
            self._findings.start_or_end_tests()

    # ---- what a person does

    def action_save(self) -> None:
        if self._text.script is not None:
            self._text.save(self._saved)

    def _saved(self, script: OpenScript) -> None:
        self.notice(f"Saved: {script.place}" if not script.row.is_shipped else "Nothing to save.")
        self._findings.start_tests(script.text)

    async def action_lab(self) -> None:
        if self._text.script is not None:
            self._text.leave()  # what is not saved stands in a draft, which the Lab opens
            await self.app.run_action(f"go('lab', '{self._text.script.row.about}')")

    def action_new(self) -> None:
        self.app.push_screen(NewScriptScreen(self._text.create))

    def action_leave_text(self) -> None:  # to the list; from elsewhere, to the text
        self._find.display = False
        is_back = self.focused is not self.editor and self._text.script is not None
        self.set_class(not is_back, "-choosing")
        (self.editor if is_back else self._list).focus()

    def on_script_editor_left(self) -> None:
        self.action_leave_text()

    def action_find(self) -> None:
        if self._text.script is not None:
            self._find.begin(replaces=False)

    def action_replace(self, how_many: str) -> None:
        """Asks for words and what is to stand for them; once asked, everywhere."""
        if self._text.script is None:
            return
        if how_many == "all" and self._find.display:
            self._find.replace_all()
        else:
            self._find.begin(replaces=True)

    def action_tidy(self) -> None:
        self._text.tidy(self._not_tidied)

    def _not_tidied(self, mistake: Diagnostic) -> None:
        line, _ = Source(self.editor.text).place(mistake.span.start)
        self.notice(f"It can't be tidied: {mistake.code} in line {line}: {mistake.message}")

    # ---- a bot from it

    def action_start_script(self) -> None:
        if self._text.script is not None:
            self._start.begin(self.editor.text)
