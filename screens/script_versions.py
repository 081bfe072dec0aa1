"""From the open script to its versions and back, and what is said of a save."""

from __future__ import annotations

from lefi_tui.views.scripts import OpenScript, ScriptStore
from screens.framed import Framed
from screens.script_text import ScriptText
from screens.versions import VersionsScreen


class ScriptVersions:
    def __init__(self, screen: Framed, store: ScriptStore, text: ScriptText) -> None:
        self._screen, self._store, self._text = screen, store, text

    def show(self) -> None:
        """What it was at each save; back to one, where nothing is typed that is not saved."""
        script, screen = self._text.script, self._screen
        if script is not None:
            told = (self._store, script, self._back, screen.palette)
            screen.app.push_screen(VersionsScreen(*told, is_changed=self._text.is_changed))

    def _back(self, script: OpenScript) -> None:
        self._text.put(script, script.text)
        self._screen.notice(saved_words(script))


class Versioned(Framed):
    """A screen with an open script."""

    past: ScriptVersions

    def action_versions(self) -> None:
        self.past.show()


def saved_words(script: OpenScript, more: str = "") -> str:
    if script.row.is_shipped:
        return "Nothing to save."
    made = f" as version {script.version}" if script.version else ""
    unkept = f", {script.unkept}" if script.unkept else ""
    place = f". {more} {script.place}" if more else f": {script.place}"  # long: cut first
    return f"Saved{made}{unkept}{place}"
