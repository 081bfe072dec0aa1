"""A report as tables for a spreadsheet: trades, fills, equity. Times in UTC, money as it is."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from msgspec.structs import astuple, fields

from lefi_tui.ports.records import FillRecord
from lefi_tui.views.curves import Track, falls
from lefi_tui.views.report_view import TradeRow

FILL_COLUMNS: Final = (
    "time", "account", "owner", "symbol", "side", "units", "price", "fee", "reason", "order",
)  # fmt: skip


def trades_csv(rows: Iterable[TradeRow]) -> str:
    """Oldest first; the columns are the trade's own fields."""
    names = [each.name for each in fields(TradeRow)]
    titles = [name.replace("_ns", "_time") for name in names]
    body = (
        [_moment(value) if name.endswith("_ns") else value for name, value in pairs]
        for pairs in (zip(names, astuple(row), strict=True) for row in rows)
    )
    return _table(titles, body)


def fills_csv(rows: Iterable[FillRecord]) -> str:
    return _table(
        FILL_COLUMNS,
        (
            (
                _moment(row.at_ns),
                row.account,
                row.owner,
                row.symbol,
                row.side,
                row.quantity,
                row.price,
                row.fee,
                row.reason,
                row.order,
            )
            for row in rows
        ),
    )


def equity_csv(track: Track) -> str:
    """Every sample, none left out; `gap_s` is for how long nobody looked before it."""
    fallen = falls(track) if track.equity else []
    rows = (
        (_moment(at_ns), repr(equity), repr(fall), int(exposed), track.gap_ns(number) // 10**9)
        for number, (at_ns, equity, fall, exposed) in enumerate(
            zip(track.at_ns, track.equity, fallen, track.exposed, strict=True)
        )
    )
    return _table(("time", "equity", "fall", "is_exposed", "gap_s"), rows)


def _table(titles: Sequence[str], rows: Iterable[Iterable[Any]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(titles)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return out.getvalue()


def _cell(value: Any) -> Any:
    """Money without an exponent: a spreadsheet would read it as text."""
    return f"{value:f}" if isinstance(value, Decimal) else value


def _moment(at_ns: int) -> str:
    """ISO 8601 to the millisecond, in integers: a double would lose it."""
    seconds, ns = divmod(at_ns, 10**9)
    whole = datetime.fromtimestamp(seconds, UTC)
    return f"{whole:%Y-%m-%dT%H:%M:%S}.{ns // 10**6:03}Z"
