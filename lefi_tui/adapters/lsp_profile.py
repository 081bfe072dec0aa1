"""What an editor of one's own shares with the desk: the markets it knows, and scripts' versions."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from pygls.uris import to_fs_path

from lefi_tui.adapters.candle_store import shelves
from lefi_tui.adapters.demo_market import LISTINGS
from lefi_tui.adapters.script_files import whole
from lefi_tui.adapters.script_versions import ScriptVersions
from lefi_tui.errors import LefiError
from lefi_tui.lang.program import check
from lefi_tui.places import Places

SUFFIX = ".lefi"


class Profile:
    def __init__(self, places: Places) -> None:
        self._scripts = places.config / "scripts"
        self._candles = places.data / "candles"

    @cached_property
    def symbols(self) -> tuple[str, ...]:
        """Of the demo market, and those whose candles are on the disk; looked up once."""
        demo = [each.instrument.symbol for each in LISTINGS]
        return tuple(dict.fromkeys((*demo, *(each.symbol for each in shelves(self._candles)))))

    def saved(self, uri: str) -> str:
        """A script that the desk opens too is a version with each save, wherever it is written;
        of others nothing is kept. Why none was kept, where one should be."""
        path = Path(to_fs_path(uri) or "")
        if path.suffix != SUFFIX or path.resolve().parent != self._scripts.resolve():
            return ""
        try:
            text = whole(path).text
            if check(text).program is not None:
                ScriptVersions(path).keep(text)
        except LefiError as error:
            return f"No version was kept of {path}: {error.why}."
        return ""
