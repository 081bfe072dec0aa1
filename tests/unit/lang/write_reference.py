"""Writes into the package what is made of its tables. Run as `make reference`."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from lefi_tui.lang.reference import page
from lefi_tui.lang.textmate import grammar

_LANG: Final = Path(__file__).parents[3] / "lefi_tui" / "lang"
FILE: Final = _LANG / "reference.md"
GRAMMAR: Final = _LANG / "lefi.tmLanguage.json"

if __name__ == "__main__":
    FILE.write_text(page(), encoding="utf-8")
    GRAMMAR.write_text(grammar(), encoding="utf-8")
