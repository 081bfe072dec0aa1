"""Writes the reference into the package. Run as `make reference`."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from lefi_tui.lang.reference import page

FILE: Final = Path(__file__).parents[3] / "lefi_tui" / "lang" / "reference.md"

if __name__ == "__main__":
    FILE.write_text(page(), encoding="utf-8")
