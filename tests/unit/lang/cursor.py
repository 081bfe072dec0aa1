"""A script with `|` where the cursor stands, for tests of what an editor is told."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from lefi_tui.lang.authoring.analysis import Analysis
from lefi_tui.lang.authoring.records import Completions

MARKET: Final = ("BTC/USDT", "ETH/USDT")
SHIPPED: Final = {
    each.stem: each.read_text()
    for each in sorted((Path(__file__).parents[3] / "scripts").glob("*.lefi"))
}


def at_cursor(marked: str) -> tuple[Analysis, int]:
    offset = marked.index("|")
    return Analysis(marked[:offset] + marked[offset + 1 :]), offset


def completed(marked: str, market: Sequence[str] = MARKET) -> Completions:
    analysis, offset = at_cursor(marked)
    return analysis.completions(offset, market)


def labels(marked: str) -> list[str]:
    return [each.label for each in completed(marked).rows]
