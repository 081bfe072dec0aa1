"""From the open script to its versions and back, and what is said of a save."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Final

from lefi_tui.errors import LefiError
from lefi_tui.lang.authoring.analysis import analysed
from lefi_tui.views.desk_view import BotRow, DeskView
from lefi_tui.views.kept_words import Kept, running, saved
from lefi_tui.views.markets_view import MarketsView
from lefi_tui.views.queries import MarketsQuery
from lefi_tui.views.scripts import OpenScript, ScriptStore
from screens.asking import Aside
from screens.framed import Framed
from screens.script_findings import ScriptFindings
from screens.script_text import ScriptText
from screens.versions import VersionsScreen
from widgets.editor import ScriptEditor
from widgets.editor_area import as_edited
from widgets.problems import untried

SAVED: Final = "saved"
MARKETS_SECONDS: Final = 10.0  # an exchange lists a new one some times a week
OF_TEXT: Final = {
    *("edit", "problem", "fix", "aid", "aside", "tests", "save", "lab", "find", "tidy"),
    *("start_script", "versions"),
}


def _nothing() -> None:
    """Nothing follows."""


class ScriptVersions:
    """`text` asks it how what is saved stands; `screen` draws that when it is known."""

    def __init__(self, screen: Versioned, store: ScriptStore, text: ScriptText) -> None:
        self._screen, self._store, self._text = screen, store, text
        self._kept: Kept | None = None
        self._asked: OpenScript | None = None  # of which it is, or is still looked for
        text.standing = self.standing

    @property
    def is_open(self) -> bool:
        return self._text.script is not None

    def unsaved(self) -> set[str]:
        """This one, and those gone from so."""
        text = self._text
        rows = {*text.left, *([text.script.row] if text.script and text.is_changed else [])}
        return {row.name for row in rows}

    def show(self) -> None:
        """What it was at each save; back to one, where nothing is typed that is not saved."""
        script, screen = self._text.script, self._screen
        if script is not None:
            told = (self._store, script, self._back, screen.palette)
            screen.app.push_screen(VersionsScreen(*told, is_changed=self._text.is_changed))

    def _back(self, script: OpenScript) -> None:
        self._text.put(script, script.text)
        self._screen.saved(script)

    # ---- how it stands in its file

    def standing(self, script: OpenScript) -> str:
        """Saved as which version, and what its bots do meanwhile."""
        if script is not self._asked:
            self._asked, self._kept = script, None
            self._text.errands.ask(partial(self._looked, script), self._known)
        return SAVED if self._kept is None else "; ".join(filter(None, self._words(self._kept)))

    def say_saved(self, script: OpenScript, then: Callable[[], None] = _nothing) -> None:
        """`then` is done after it, where there is no error: words that come last stay."""
        if script.row.is_shipped:
            self._screen.notice("Nothing to save.", about=as_edited(script.text))
            then()
            return
        self._asked = script
        self._text.errands.ask(partial(self._looked, script), partial(self._say, then))

    def _looked(self, script: OpenScript) -> Kept:
        """In a thread."""
        errors = sum(each.is_error for each in analysed(script.text).diagnostics)
        try:
            return Kept(script, self._store.versions(script.row), errors)
        except LefiError:  # of a list that can't be read the window of versions tells
            return Kept(script, errors=errors)

    def _known(self, kept: Kept) -> None:
        if kept.script is self._asked:
            self._kept = kept
            self._screen.draw_title()

    def _say(self, then: Callable[[], None], kept: Kept) -> None:
        self._known(kept)
        done, bots = self._words(kept)
        key = self._screen.table.shown("bot_update")
        why = f", {kept.script.unkept}" if kept.script.unkept and not kept.errors else ""
        told = [
            f"{done[:1].upper()}{done[1:]}{why}{'; ' * bool(bots)}{bots}.",
            f"{untried(kept.script.row)}." if kept.errors else "",
            f"{key} on Bots updates it." if "goes on" in bots and kept.version else "",
            kept.script.place,
        ]
        self._screen.notice(" ".join(filter(None, told)), about=as_edited(kept.script.text))
        if not kept.errors:
            then()

    def _words(self, kept: Kept) -> tuple[str, str]:
        view = self._screen.desk_view
        return saved(kept), running(kept, () if view is None else view.bots)


class Versioned(Framed):
    """A screen with an open script."""

    past: ScriptVersions
    editor: ScriptEditor
    findings: ScriptFindings

    @abstractmethod
    def draw_title(self) -> None:
        """Its name, and how it stands."""

    def frame(self, view: DeskView) -> None:
        """Where bots came, went or took another text, other words stand there."""
        before = () if self.desk_view is None else self.desk_view.bots
        super().frame(view)
        if _running(before) != _running(view.bots):
            self.draw_title()

    def asides(self) -> Sequence[Aside]:
        return (Aside(MarketsQuery(), MARKETS_SECONDS),)

    def show_aside(self, answer: MarketsView) -> None:
        """A text may name one of them, or one that is none."""
        self.findings.know({each.account: each.symbols for each in answer.rows})

    def check_action(self, action: str, _parameters: tuple[object, ...]) -> bool:
        """What is done with a text needs one."""
        return action not in OF_TEXT or self.past.is_open

    def unsaved(self) -> Iterable[str]:
        return self.past.unsaved()

    def has_chosen(self) -> bool:
        return self.past.is_open

    def hidden(self) -> Iterable[str]:
        """The line below a text that is open names help."""
        return (*super().hidden(), "help") if self.past.is_open else super().hidden()

    def action_edit(self, what: str) -> None:
        self.editor.carry_out(what)

    def on_script_editor_pointed(self) -> None:
        self.draw_words()

    def saved(self, script: OpenScript) -> None:
        """It stands in its file so, by a save or by going back to a version."""
        self.past.say_saved(script)

    def action_versions(self) -> None:
        self.past.show()


def _running(bots: Sequence[BotRow]) -> set[tuple[str, str]]:
    return {(each.id, each.version) for each in bots if each.is_alive}
