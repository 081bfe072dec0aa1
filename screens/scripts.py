"""Scripts: the list, the editor with what is wrong in the text, its tests, and a bot from it.

It reads and writes by the store it was given, from threads; what a person types is checked by the
language a moment after the last key, and never waits for that.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.events import DescendantFocus
from textual.widgets import OptionList, TextArea

from lefi_tui.core.messages import Command
from lefi_tui.views.bot_view import BotView
from lefi_tui.views.distance_view import DistancesView
from lefi_tui.views.markets_view import MarketsView
from lefi_tui.views.scripts import OpenScript, ScriptRow, ScriptStore
from lefi_tui.views.statement_view import WorthView
from screens.asking import Aside
from screens.held_keys import OpeningList, free_keys
from screens.keys import ON_SCRIPTS, bindings, of_groups
from screens.new_script import NewScriptScreen
from screens.script_aids import ScriptAids
from screens.script_aside import ScriptAside
from screens.script_findings import ScriptFindings
from screens.script_live import ScriptLive
from screens.script_shelf import ScriptShelf
from screens.script_start import ScriptStart
from screens.script_text import ScriptText
from screens.script_versions import ScriptVersions, Versioned
from widgets.editor import ScriptEditor
from widgets.find_line import FindLine
from widgets.findings import Findings
from widgets.headline import Headline
from widgets.ink import Ink, Palette
from widgets.lines import Span

CHOOSE: Final = "{} lessons  {} gallery  {} new script"
WIDE: Final = 100  # from here on, the list stays beside the text
HIGH_TWICE: Final = 34  # from here on, for problems and what is asked for beside them
HIGH: Final = 20  # from here on, some problems have room below it


class ScriptsScreen(Versioned):
    CSS_PATH = "scripts.tcss"
    AUTO_FOCUS: ClassVar[str | None] = "#scripts"
    GROUPS = ON_SCRIPTS
    every_s: ClassVar[float] = 1.0
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(*of_groups(*ON_SCRIPTS))]

    def __init__(
        self, store: ScriptStore, send: Callable[[Command], None], palette: Palette
    ) -> None:
        super().__init__(palette)
        self._list = OpeningList(id="scripts")
        self._head = Headline(self.palette, id="scripts-head")
        self._title = Headline(self.palette, id="title")
        self.editor = ScriptEditor(self.palette, id="text")
        self._find = FindLine(self.editor, self.notice)
        self._pane = Findings(self.palette, id="findings")
        self._text = ScriptText(self, store, self.editor, self._shown)
        self._text.opened = self._opened
        self.shelf = ScriptShelf(self, store, self._list, self._text)
        self._aside = ScriptAside(self, Findings(self.palette, id="aside"), self._aside_shown)
        self._aids = ScriptAids(self, self.editor, self._aside.list_uses)
        self._live = ScriptLive(self, self.editor, self.draw_words, self._aside.list_near)
        self.findings = ScriptFindings(
            self, self.editor, self._pane, store.tests, self._aside.checked
        )
        self.past = ScriptVersions(self, store, self._text)
        self._start = ScriptStart(self, store, self._text, send, self.findings.why_not)

    def inside(self) -> ComposeResult:
        with Horizontal():
            yield Vertical(self._head, self._list, id="shelf")
            with Vertical():
                yield self._title
                yield self.editor
                yield self._find
                yield self._aids.rename
                yield self._aside.pane
                yield self._pane
        yield self.words

    def on_mount(self) -> None:
        super().on_mount()
        self.editor.visible = False

    def on_screen_resume(self) -> None:
        self.shelf.list_again()

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
        self.draw_title()

    def show(self, answer: WorthView, silent_ms: int) -> None:
        self._live.heard(answer, silent_ms)

    def asides(self) -> Sequence[Aside]:
        return (*super().asides(), *self._live.asides())

    def show_aside(self, answer: BotView | DistancesView | MarketsView) -> None:
        if isinstance(answer, MarketsView):
            super().show_aside(answer)
        else:
            self._live.heard_aside(answer)

    # ---- the list

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self._text.open(self.shelf.rows[event.option_index])

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """On a narrow screen the list folds away when it is left."""
        self.set_class(event.widget is self._list, "-choosing")

    # ---- the text

    def _shown(self) -> None:
        """Another script is open, or it was saved."""
        self.editor.visible = True
        if self.shelf.has_come():
            self._aids.opened()
            self.stands("")
        self.draw_title()
        self.shelf.list_again()

    def _opened(self) -> None:
        if self.focused is self._list or self.focused is None:
            self.editor.focus()
        free_keys(self.app)

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        event.stop()
        self._text.typed()
        self.findings.look()
        self._live.look()
        self.draw_title()

    def on_text_area_selection_changed(self, event: TextArea.SelectionChanged) -> None:
        event.stop()
        self._live.look()
        self.draw_words()

    def draw_title(self) -> None:
        words = CHOOSE.format(*map(self.table.shown, ("go_lessons", "go_gallery", "script_new")))
        self._title.tell(self._text.title() or [(f" {words}", Ink.DIM)], self.palette)
        self.shelf.mark()
        self._head.tell([(" Scripts", Ink.TEXT)], self.palette)

    def said(self) -> str:
        words = [self.findings.words(), self._live.words()] if self._text.script else []
        return "  ".join(filter(None, words))

    def look_at(self, about: str) -> None:
        self.call_later(self._text.open, ScriptRow.of(about))

    def in_question(self) -> tuple[str, ...]:
        return self.findings.in_question()

    def said_below(self) -> Sequence[Span]:
        hints = self._find.hints(self.table.shown) or self.shelf.hints()
        room = self.words.size.width - len(self.said())
        return hints if hints or self._text.script is None else self._aids.line(room)

    # ---- what is wrong, and the tests

    def action_problem(self, step: int) -> None:
        self.findings.go(step)

    def on_findings_chosen(self, event: Findings.Chosen) -> None:
        self._aids.from_here()
        self.findings.go_to(event.finding.row, event.finding.column)

    def action_fix(self) -> None:
        self.findings.fix()

    def action_aid(self, what: str) -> None:
        if what == self._aside.what:
            self._aside.toggle(what)
            self.editor.focus()
        else:
            self._aids.carry_out(what)

    def action_aside(self, what: str) -> None:
        self._aside.toggle(what)

    def _aside_shown(self, what: str) -> None:
        self.set_class(bool(what), "-aside")
        self._live.turn(is_on=what == "values")

    def action_tests(self) -> None:
        self.findings.start_or_end_tests(ScriptRow.of(self.shelf.about))

    # ---- what a person does

    def action_save(self) -> None:
        self._text.save(self.saved)

    def saved(self, script: OpenScript) -> None:
        self.past.say_saved(script, partial(self.findings.start_tests, script.text, script.row))

    async def action_lab(self) -> None:
        self._text.leave()  # what is not saved stands in a draft, which the Lab opens
        await self.app.run_action(f"go('lab', '{self.shelf.about}')")

    def action_new(self) -> None:
        self.app.push_screen(NewScriptScreen(self._text.create))

    @on(ScriptEditor.Left)
    def action_leave_text(self) -> None:  # to the list; from elsewhere, to the text
        self._find.display = self._aids.rename.display = False
        is_back = self.focused is not self.editor and self._text.script is not None
        self.shelf.follow()
        self.set_class(not is_back, "-choosing")
        (self.editor if is_back else self._list).focus()

    def action_find(self, what: str) -> None:
        self._find.ask(what)

    def action_tidy(self) -> None:
        self._text.tidy(partial(self.notice, about=self.editor.text))

    # ---- a bot from it

    def action_start_script(self) -> None:
        self._start.begin(self.editor.text)
