"""What can be started: the user's own scripts, the shipped ones, and the indicator."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lefi_tui.views.shelf import Startable


def shelf(own: Path) -> Sequence[Startable]:
    """What `n` offers: the user's own scripts, the shipped ones, and the indicator."""
    from importlib.resources import files

    from bots import indicator
    from lefi_tui.views.shelf import Startable

    words = (indicator.__doc__ or "").partition("\n")[0]
    defaults = tuple(indicator.DEFAULTS.items())
    forecast = Startable(
        indicator.SOURCE, "Range forecast", "indicator", words, indicator.SOURCE, defaults
    )
    mine = _scripts_in(own) if own.is_dir() else []
    return (*mine, *_scripts_in(files("scripts")), forecast)


def _scripts_in(folder: Any) -> list[Startable]:
    found = sorted(folder.iterdir(), key=lambda each: str(each.name))
    return [_startable(each) for each in found if each.name.endswith(".lefi")]


def _startable(file: Any) -> Startable:
    """One script as the shelf shows it; one with a mistake says so, and is refused if started."""
    from lefi_tui.lang.program import check
    from lefi_tui.views.shelf import Startable

    name = file.name.removesuffix(".lefi")
    source = file.read_text("utf-8", "replace") if isinstance(file, Path) else file.read_text()
    checked = check(source)
    if checked.program is None:
        wrong = next(each for each in checked.diagnostics if each.is_error)
        purpose = f"Can't start: {wrong.code} {wrong.message} `lefi check {file.name}` shows where."
        return Startable(name, name, "automated", purpose, source)
    values = tuple((info.name, info.value) for info in checked.program.settings)
    title = checked.program.title or name
    purpose, says = _purpose(source), checked.program.kind
    return Startable(name, title, "automated", purpose, source, values, says)


def _purpose(source: str) -> str:
    """The first sentence of a script's opening comment says what it is for."""
    words: list[str] = []
    for line in source.splitlines():
        if not line.startswith("//"):
            if words:
                break
            continue
        words.append(line.lstrip("/ ").strip())
    sentence, point, _ = " ".join(words).partition(". ")
    return sentence + point.strip()
