"""The versions of a script: what each changed, by meaning and by lines, and back to one of them.

To go back makes a new version with the old text; nothing is ever taken out of the list.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from lefi_tui.core.desk.live import version_of
from lefi_tui.core.script_version import Version, Versions
from lefi_tui.views.compared import Compared, compared
from lefi_tui.views.scripts import OpenScript, ScriptStore
from screens.choice import ChoiceScreen
from screens.texts import Choice, TextsScreen, label_of, when
from widgets.ink import Palette

NONE: Final = "It has no versions yet: each save that checks clean makes one."
UNSAVED: Final = "What you typed is not saved. Save it or undo it first, then go back."
TYPED: Final = "What you typed since is not saved, and not in it."
ASKS: Final = "Its text becomes the script's, as a new version. What the script is now stays kept."


class VersionsScreen(TextsScreen):
    """`back` is told of the script as it stands in the file then."""

    def __init__(
        self,
        store: ScriptStore,
        script: OpenScript,
        back: Callable[[OpenScript], None],
        palette: Palette,
        *,
        is_changed: bool,
    ) -> None:
        super().__init__(f"Versions of {script.row.name}", palette)
        self._store, self._script, self._back, self._is_changed = store, script, back, is_changed
        self._rows: tuple[Version, ...] = ()  # the newest first
        self._is_against_now = False

    def hint(self) -> str:
        return "↑ ↓ version   PgUp PgDn read   v against   Enter goes back to it   Esc"

    def on_mount(self) -> None:
        self.errands.ask(partial(self._store.versions, self._script.row), self._listed)

    def _listed(self, kept: Versions) -> None:
        self._rows = tuple(reversed(kept.rows))
        if not self._rows:
            self.say(NONE)
        if kept.problem:
            self.say(kept.problem, is_bad=True)
        choices = [
            Choice(
                label_of(each),
                f"version {each.number}",
                partial(self._store.version_text, self._script.row, each),
            )
            for each in self._rows
        ]
        self.offer(choices)

    def compared_with(self, at: int, text: str) -> Compared:
        """The one before it, so that it tells what that save did; or the script as it is saved."""
        older = self._rows[at + 1 :]
        if self._is_against_now or not older:
            return compared(self._script.text, text)
        return compared(self._store.version_text(self._script.row, older[0]), text)

    def head(self) -> str:
        choice = self.choice
        if choice is None:
            return ""
        at = self.choices.index(choice)
        version, older = self._rows[at], self._rows[at + 1 :]
        told = f"Version {version.number} ({when(version)})"
        if older and not self._is_against_now:
            return f"{told} against {older[0].number} ({when(older[0])}), the one before it"
        first = "" if older else ", the first,"
        return f"{told}{first} against {self._now()}: what going back to it would change"

    def _now(self) -> str:
        """The script as it is saved."""
        digest = version_of(self._script.text)
        number = next((each.number for each in self._rows if each.sha256 == digest), 0)
        name = str(number) if number else "no version"
        where = "the saved text" if self._is_changed else "the text in the editor"
        return f"{name}, {where}"

    def more(self) -> Sequence[str]:
        return (TYPED,) if self._is_changed else ()

    def action_base(self) -> None:
        self._is_against_now = not self._is_against_now
        self.look_again()

    def action_take(self) -> None:
        choice = self.choice
        if choice is None:
            return
        if self._is_changed:
            self.say(UNSAVED, is_bad=True)
            return
        version = self._rows[self.choices.index(choice)]
        answers = [(f"Go back to version {version.number}", partial(self._go_back, version))]
        self.app.push_screen(ChoiceScreen(f"Back to version {version.number}", ASKS, answers))

    def _go_back(self, version: Version) -> None:
        work = partial(self._store.roll_back, self._script, version)
        self.errands.ask(work, self._gone_back)

    def _gone_back(self, script: OpenScript) -> None:
        self.dismiss()
        self._back(script)
