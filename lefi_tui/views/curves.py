"""Curves of equity: falls from the peak, gaps, ratios, and few points that keep the extremes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from lefi_tui.core import metrics
from lefi_tui.core.record import Record
from lefi_tui.views.numbers import NS_PER_MS
from lefi_tui.views.report_view import Point, Ratios, TradeRow

SAMPLE_NS: Final = 60_000_000_000  # the engine samples once a minute
POINTS_MAX: Final = 400
PER_BUCKET: Final = 4  # the first, the last, the lowest and the highest of each stretch
DAY_MS: Final = 86_400_000
HoldAt = Callable[[int], float | None]  # at a sample's time


class Track(Record):
    """Equity in time. `start` is what it was before the first of these."""

    start: float | None
    at_ns: Sequence[int]
    equity: Sequence[float]
    exposed: Sequence[int]
    step_ns: int

    def gap_ns(self, number: int) -> int:
        """For how long nobody looked before this sample; 0 where it came in time."""
        passed = self.at_ns[number] - self.at_ns[number - 1] if number else 0
        return passed if 2 * passed > 3 * self.step_ns else 0

    def is_flat(self, number: int) -> bool:
        """Nothing was open at the sample before it, so that nothing can have moved since."""
        return not number or not self.exposed[number - 1]


def falls(track: Track) -> list[float]:
    """At each sample, the share by which equity is below its peak so far."""
    peak = track.equity[0] if track.start is None else track.start
    out = []
    for value in track.equity:
        peak = max(peak, value)
        out.append((peak - value) / peak if peak > 0 else 0.0)
    return out


def points(track: Track, hold: HoldAt) -> tuple[Point, ...]:
    if not track.at_ns:
        return ()
    fallen = falls(track)
    out, before = [], 0
    for number in thinned(track.equity, fallen):
        skipped = [each for each in range(before + 1, number + 1) if track.gap_ns(each)]
        out.append(
            Point(
                track.at_ns[number],
                track.equity[number],
                fallen[number],
                hold(track.at_ns[number]),
                max((track.gap_ns(each) for each in skipped), default=0),
                all(track.is_flat(each) for each in skipped),
            )
        )
        before = number
    return tuple(out)


def thinned(values: Sequence[float], fallen: Sequence[float]) -> list[int]:
    """The numbers of the values that are kept: of each stretch its ends, its lowest and highest,
    and where the fall is deepest."""
    count = len(values)
    if count <= POINTS_MAX:
        return list(range(count))
    stretches = POINTS_MAX // PER_BUCKET - 1
    kept = {max(range(count), key=fallen.__getitem__)}
    for index in range(stretches):
        first, last = index * count // stretches, (index + 1) * count // stretches - 1
        rows = range(first, last + 1)
        kept |= {first, last}
        kept |= {min(rows, key=values.__getitem__), max(rows, key=values.__getitem__)}
    return sorted(kept)


def ratios(track: Track, trades: Iterable[TradeRow]) -> Ratios:
    """By the rules of a simulation: the last sample of each minute is a candle's close."""
    if track.start is None:
        return Ratios()
    minutes = {at // track.step_ns: number for number, at in enumerate(track.at_ns)}
    kept = list(minutes.values())
    from_ms, to_ms = (track.at_ns[0] // NS_PER_MS, track.at_ns[-1] // NS_PER_MS) if kept else (0, 0)
    course = metrics.Course(
        [track.start, *(track.equity[each] for each in kept)],
        sum(bool(track.exposed[each]) for each in kept),
        track.step_ns // NS_PER_MS,
        from_ms,
        to_ms,
    )
    found = metrics.numbers(course, [_trade(each) for each in trades])
    tells_of_a_year = to_ms - from_ms >= DAY_MS  # minutes, annualized, are wild numbers
    return Ratios(
        yield_share=found.total_return if kept else None,
        yearly=found.cagr if tells_of_a_year else None,
        fall_max=max(falls(track)) if kept else None,
        sharpe=found.sharpe if tells_of_a_year else None,
        sortino=found.sortino if tells_of_a_year else None,
        win_rate=found.win_rate,
        profit_factor=found.profit_factor,
        exposure=found.exposure,
        candles=len(kept),
    )


def _trade(row: TradeRow) -> metrics.Trade:
    return metrics.Trade(
        row.symbol,
        row.side,
        float(row.units),
        row.entry_ns // NS_PER_MS,
        float(row.entry_price),
        row.exit_ns // NS_PER_MS,
        float(row.exit_price),
        float(row.fees),
        float(row.pnl),
        row.reason,
    )


def gap_words(track: Track) -> tuple[str, ...]:
    rows = range(1, len(track.at_ns))
    gaps = [track.gap_ns(each) for each in rows if track.gap_ns(each) and not track.is_flat(each)]
    if not gaps:
        return ()
    minutes = sum(gaps) // SAMPLE_NS
    count = "1 gap" if len(gaps) == 1 else f"{len(gaps)} gaps, together"
    span = f"{minutes} min" if minutes < 120 else f"{minutes // 60} h"
    return (f"{count} of {span} with a position open: the largest drawdown may be missing.",)
