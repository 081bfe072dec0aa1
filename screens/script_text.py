"""One script in the editor: opened, typed in, saved; nothing that was typed is lost on the way.

A second after the first letter that is not saved, and when the screen goes, the text stands in a
draft on the disk; what the file's own folder refuses is said, and the text stays in the editor.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Final

from textual.screen import Screen
from textual.timer import Timer

from lefi_tui.core.record import Record
from lefi_tui.errors import LefiError, ScriptChangedError, StorageError
from lefi_tui.lang.formatter import Formatted, formatted
from lefi_tui.views.scripts import Draft, OpenScript, ScriptRow, ScriptStore
from screens.beside import Complain, Errands
from screens.choice import ChoiceScreen, told
from screens.spoken import nobody
from widgets.editor import ScriptEditor
from widgets.editor_area import as_edited
from widgets.ink import Ink
from widgets.problems import untidy

SHIPPED: Final = "shipped: saving makes your own copy"
DRAFT_SECONDS: Final = 1.0
Then = Callable[[OpenScript], None]


class Saved(Record):
    """What a save replaced, the text that was to be saved, and the script as it is now."""

    before: OpenScript
    asked: str
    script: OpenScript


class ScriptText:
    """`shown` is called when another script, or another state of it, is to be shown."""

    def __init__(
        self,
        screen: Screen[None],
        store: ScriptStore,
        editor: ScriptEditor,
        shown: Callable[[], None],
    ) -> None:
        self._screen = screen
        self._store = store
        self._editor = editor
        self._shown = shown
        self._draft_timer: Timer | None = None
        self._draft_refusal = ""  # said once, not each second
        self.errands = Errands(screen, self.complain)
        self.script: OpenScript | None = None
        self.standing: Callable[[OpenScript], str] = lambda _: "saved"
        self.opened = nobody  # told after `shown` where a script was opened, not of a save
        self.is_changed = False
        self.left: set[ScriptRow] = set()  # gone from with unsaved text, in this session

    def complain(self, error: LefiError) -> None:
        self._screen.app.push_screen(told(error))

    def title(self) -> list[tuple[str, Ink]]:
        """Its name, and whether it is saved; nothing while no script is open."""
        if self.script is None:
            return []
        row = self.script.row
        as_it_is = SHIPPED if row.is_shipped else self.standing(self.script)
        state = ("not saved", Ink.WARN) if self.is_changed else (as_it_is, Ink.DIM)
        return [(f" {row.name}.lefi  ", Ink.TITLE), state]

    # ---- open

    def open(self, row: ScriptRow) -> None:
        def read() -> tuple[OpenScript, Draft | None]:
            script = self._store.read(row)
            return script, self._store.draft(script)

        self._away(lambda: self.errands.ask(read, self._came))

    def create(self, name: str, made: Callable[[], object], refused: Complain) -> None:
        """Opens the new script; a name that can't be is told to whoever asked for it."""

        def put(script: OpenScript) -> None:
            made()
            self.put(script, script.text)

        self._away(lambda: self.errands.ask(partial(self._store.create, name), put, refused))

    def _away(self, go: Callable[[], None]) -> None:
        """Elsewhere, once what is not saved stands on the disk; if it can't, nowhere."""
        script = self.script
        if script is None or not self._differs(script):
            go()
            return

        def kept(_: object) -> None:
            self.left.add(script.row)
            go()

        self.errands.ask(self._draft_of(self._editor.text), kept)

    def _came(self, found: tuple[OpenScript, Draft | None]) -> None:
        script, draft = found
        if draft is None:
            self.put(script, script.text)
        elif script.row in self.left:
            self.put(script, draft.text)
        else:
            self._offer(script, draft)

    def _offer(self, script: OpenScript, draft: Draft) -> None:
        words = (
            f"{script.row.name} has text that was not saved when Lefi ended, kept {draft.kept_at}."
        )
        answers = [
            ("Go on with the unsaved text", partial(self.put, script, draft.text)),
            ("Open what was saved; the unsaved text goes", partial(self._drop, script)),
        ]
        self._screen.app.push_screen(ChoiceScreen("Unsaved text", words, answers))

    def _drop(self, script: OpenScript) -> None:
        self.errands.ask(partial(self._store.drop_draft, script), _nothing)
        self.put(script, script.text)

    def put(self, script: OpenScript, text: str) -> None:
        self.left.discard(script.row)
        self.script = script
        self._editor.open(text, script.row.about)
        self.typed()
        self._shown()
        self.opened()

    # ---- typed, kept

    def typed(self) -> None:
        """The text may be another one; a draft of it follows."""
        if self.script is None:
            return
        was_changed, self.is_changed = self.is_changed, self._differs(self.script)
        if self._draft_timer is None and (self.is_changed or was_changed):
            self._draft_timer = self._screen.set_timer(DRAFT_SECONDS, self._keep)

    def _differs(self, script: OpenScript) -> bool:
        return self._editor.text != as_edited(script.text)

    def _keep(self) -> None:
        self._draft_timer = None
        self.errands.ask(self._draft_of(self._editor.text), _nothing, self._draft_refused)

    def _draft_of(self, text: str) -> Callable[[], None]:
        """Of what is not saved when its turn comes; of what is, there is none."""

        def work() -> None:
            script = self.script
            assert script is not None, "nothing is typed before a script is open"
            if text == as_edited(script.text):
                self._store.drop_draft(script)
            else:
                self._store.keep_draft(script, text)

        return work

    def _draft_refused(self, error: LefiError) -> None:
        if error.why != self._draft_refusal:
            self._draft_refusal = error.why
            self.complain(error)

    def leave(self) -> None:
        """The program ends: this draft is written before it does."""
        if self.script is not None and self._differs(self.script):
            # A refusal was said when the drafts before were refused; there is no screen any more.
            with suppress(StorageError):
                self._store.keep_draft(self.script, self._editor.text)

    # ---- save

    def save(self, then: Then, *, may_replace: bool = False) -> None:
        """In the one style, if it can be read. `then` gets the script as it stands in the file."""
        script, text = self.script, self._editor.text
        if script is None:
            return
        if not self._differs(script) and not may_replace:
            unread = partial(self._not_saved, script, then)
            self.errands.ask(partial(self._as_it_is, script), then, unread)
            return

        def work() -> Saved:
            now = self.script or script  # as a save before this one has left it
            tidy = as_edited(formatted(text).text)
            return Saved(now, text, self._store.save(now, tidy, may_replace=may_replace))

        self.errands.ask(work, partial(self._saved, then), partial(self._not_saved, script, then))

    def _as_it_is(self, script: OpenScript) -> OpenScript:
        """Nothing was typed; but somebody else may have written the file."""
        if self._store.read(script.row).digest != script.digest:
            raise ScriptChangedError("somebody else wrote it meanwhile", where=script.place)
        return script

    def _saved(self, then: Then, saved: Saved) -> None:
        if self.script is saved.before:
            self.script = saved.script
            self._editor.text_name = saved.script.row.about  # a shipped one is an own one now
            self._tidied(saved.asked, saved.script.text)
            self.typed()
            self._shown()
            then(saved.script)

    def tidy(self, refused: Callable[[str], None]) -> None:
        """The one style, without a save; `refused` is told in words why a text can't be read."""
        text = self._editor.text

        def came(tidy: Formatted) -> None:
            if tidy.mistakes:
                refused(untidy(text, tidy.mistakes[0]))
            else:
                self._tidied(text, tidy.text)

        if self.script is not None:
            self.errands.ask(partial(formatted, text), came)

    def _tidied(self, asked: str, tidy: str) -> None:
        """What was typed since stays."""
        if self._editor.text == asked:
            self._editor.become(as_edited(tidy))

    def _not_saved(self, script: OpenScript, then: Then, error: LefiError) -> None:
        if not isinstance(error, ScriptChangedError):
            self.complain(error)
            return
        answers = [
            ("Save mine over it", partial(self.save, then, may_replace=True)),
            ("Open what is there; mine goes", partial(self._take_theirs, script.row)),
        ]
        words = f"{error.where}: {error.why}. Esc goes back to your text, which stays unsaved."
        self._screen.app.push_screen(ChoiceScreen(error.what, words, answers))

    def _take_theirs(self, row: ScriptRow) -> None:
        self.errands.ask(partial(self._store.read, row), self._drop)


def _nothing(_: object) -> None:
    """It is done; nobody waits."""
