"""What a script needs of candles, and which of those there are fit: longer ones are built of
shorter ones, never the other way round.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from msgspec.structs import replace

from lefi_tui.core.bars import fits
from lefi_tui.core.record import Record
from lefi_tui.core.timeframe import span
from lefi_tui.lang.blueprint import Blueprint
from lefi_tui.lang.examine import examined
from lefi_tui.views.lab_view import DataFile, Ground, KeptFile, Needs
from lefi_tui.views.numbers import NS_PER_MS, moment

MARKET_SETTING: Final = "symbol"  # one market's candles may stand for that of this setting
SETTING: Final = re.compile(r"^\s*setting\s+(\w+)", re.MULTILINE)
HEAD: Final = ("Market", "of", "", "Period", "Candles", "From")
FITS: Final = "fits"
TO_BE_MADE: Final = "made when taken"
UNKNOWN: Final = "Which of them fit is told once the script has no error."


class DataRow(Record):
    """What can be chosen: a file, or one for each market of a script that has several."""

    kept: tuple[KeptFile, ...]
    misfit: str = ""  # why it can't be run over, in a word
    instead: str = ""  # the market whose place it takes

    @property
    def files(self) -> tuple[DataFile, ...]:
        return tuple(each.file for each in self.kept)

    @property
    def state(self) -> str:
        if self.misfit:
            return self.misfit
        made = FITS if all(each.is_made for each in self.kept) else TO_BE_MADE
        return f"{made}, for {self.instead}" if self.instead else made


class Shown(Record):
    """What a person chooses from: what the script needs, in words, and what there is."""

    words: str
    rows: tuple[DataRow, ...]


def needs_of(blueprint: Blueprint) -> Needs:
    lengths = {each.timeframe_ms for each in blueprint.handlers if each.timeframe_ms}
    lengths |= {each.timeframe_ms for each in blueprint.feeds}
    is_setting = any(each.name == MARKET_SETTING for each in blueprint.settings)
    is_free = is_setting and len(blueprint.symbols) == 1
    return Needs(tuple(blueprint.symbols), tuple(sorted(lengths)), is_free)


def needed(text: str, ground: Ground) -> Needs | None:
    """None while the script has an error."""
    settings: Mapping[str, str] = dict(ground.values)
    found = examined(text, settings=settings, timeframe_ms=ground.timeframe_ms)
    return None if found.blueprint is None else needs_of(found.blueprint)


def ground_of(text: str, ground: Ground) -> Ground:
    """Without the values of settings that another script has."""
    names = set(SETTING.findall(text))
    return replace(ground, values=tuple(each for each in ground.values if each[0] in names))


def in_words(needs: Needs | None) -> str:
    if needs is None:
        return UNKNOWN
    of = " and ".join(filter(None, (", ".join(needs.symbols[:-1]), *needs.symbols[-1:])))
    if not needs.lengths:
        return f"The script needs {of}, in candles of any length."
    return f"The script needs {of}, in candles of {span(needs.lengths[0])} or shorter ones."


def rows_of(kept: Sequence[KeptFile], needs: Needs | None) -> tuple[DataRow, ...]:
    """What fits stands first: of the script's own markets, then what is there already."""
    if needs is None:
        return tuple(DataRow((each,)) for each in kept)
    if len(needs.symbols) > 1:
        together = list(_together(kept, needs))
        grouped = {each.file.path for row in together for each in row.kept}
        rows = [*together, *(_alone(each, needs) for each in kept if each.file.path not in grouped)]
    else:
        rows = [_alone(each, needs) for each in kept]
    return tuple(sorted(rows, key=_rank))


def fitting(rows: Sequence[DataRow], chosen: Sequence[DataFile]) -> DataRow | None:
    """The first that fits, in the place of what is chosen; None where that may fit: a person's own
    file tells no one its length before it is read."""
    known = {each.file for row in rows for each in row.kept}
    is_unknown = any(each not in known for each in chosen)
    fits_now = any(row.files == tuple(chosen) and not row.misfit for row in rows)
    if chosen and (is_unknown or fits_now):
        return None
    return next((row for row in rows if not row.misfit), None)


def _rank(row: DataRow) -> tuple[bool, bool, bool]:
    return bool(row.misfit), bool(row.instead), not all(each.is_made for each in row.kept)


def _together(kept: Iterable[KeptFile], needs: Needs) -> Iterable[DataRow]:
    """Files of one place and length that have all markets, in the script's order."""
    shelves: dict[tuple[str, int], dict[str, KeptFile]] = {}
    for each in kept:
        shelves.setdefault((each.place, each.length_ms), {})[each.file.symbol] = each
    for (_, length_ms), of in shelves.items():
        if set(needs.symbols) <= set(of):
            yield DataRow(tuple(of[each] for each in needs.symbols), _length(length_ms, needs))


def _alone(each: KeptFile, needs: Needs) -> DataRow:
    symbol, is_own = each.file.symbol, each.file.symbol in needs.symbols
    misfit = _length(each.length_ms, needs)
    if not is_own and not needs.is_free:
        misfit = "other market"
    elif len(needs.symbols) > 1:
        misfit = f"lacks {next(one for one in needs.symbols if one != symbol)}"
    instead = needs.symbols[0] if not is_own and not misfit else ""
    return DataRow((each,), misfit, instead)


def _length(length_ms: int, needs: Needs) -> str:
    wrong = next((each for each in needs.lengths if not fits(each, length_ms)), None)
    if wrong is None:
        return ""
    return "too long" if length_ms > wrong else f"no part of {span(wrong)}"


def cells_of(row: DataRow) -> tuple[str, ...]:
    """Market, length, whether it fits, the time that all of it has, its candles, whose it is."""
    first, more = row.kept[0], len(row.kept) - 1
    begins = max(each.from_ms for each in row.kept)
    ends = min(each.to_ms for each in row.kept)
    days = [moment(each * NS_PER_MS)[:10] for each in (begins, ends)]
    count = min(each.candles for each in row.kept)
    return (
        f"{first.file.symbol}{f' +{more}' if more else ''}",
        span(first.length_ms),
        row.state,
        " to ".join(days) if count else "no candle",
        f"{count:,}",
        first.place,
    )


def columns_of(rows: Sequence[DataRow]) -> list[str]:
    """A line of titles, and one for each row; numbers end in one column."""
    cells = [HEAD, *map(cells_of, rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    right = {1, 4}
    return [
        "  ".join(
            cell.rjust(width) if number in right else cell.ljust(width)
            for number, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in cells
    ]
