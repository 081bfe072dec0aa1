"""Where this user's files are: settings, data, and what can be made anew from other files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from platformdirs import user_cache_path, user_config_path, user_data_path

from lefi_tui.core.record import Record

HOME: Final = "LEFI_HOME"
PROGRAM: Final = "lefi"


class Places(Record):
    config: Path
    data: Path
    cache: Path
    problem: str = ""  # why they are not where they should be

    @property
    def columns(self) -> Path:
        """Candle files as columns of doubles."""
        return self.cache / "columns"

    @property
    def variants(self) -> Path:
        """Which scripts and settings were tried on which data."""
        return self.data / "variants"


def places(environment: Mapping[str, str]) -> Places:
    home = environment.get(HOME, "")
    if home:
        return _in_one(Path(home).expanduser().absolute())
    try:
        return Places(user_config_path(PROGRAM), user_data_path(PROGRAM), user_cache_path(PROGRAM))
    except RuntimeError as error:  # no home directory can be found for this user
        return _in_one(Path.cwd() / f".{PROGRAM}", f"no home directory for this user ({error})")


def _in_one(folder: Path, problem: str = "") -> Places:
    return Places(folder, folder, folder / "cache", problem)
