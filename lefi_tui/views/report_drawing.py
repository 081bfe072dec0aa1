"""The curves of a report as drawings for a page: SVG made here, of points and straight lines.

A stretch in which nobody looked is left empty, where it is wide enough to be seen.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Final

from lefi_tui.core.record import Record
from lefi_tui.views import numbers
from lefi_tui.views.report_view import Point

WIDTH: Final = 1_000
LEFT: Final = 80  # for the numbers beside
BELOW: Final = 22  # for the times
TICKS: Final = 4
TIMES: Final = 5
FALL_LEAST: Final = 0.002  # of a scale: a smaller fall is drawn as small as it is


class Scale(Record):
    """From times and values to places on a drawing of this height."""

    from_ns: int
    to_ns: int
    low: float
    high: float
    height: int

    def x(self, at_ns: int) -> float:
        span = max(1, self.to_ns - self.from_ns)
        return LEFT + (WIDTH - LEFT) * (at_ns - self.from_ns) / span

    def y(self, value: float) -> float:
        return self.height * (1 - (value - self.low) / (self.high - self.low))


def equity_drawing(points: Sequence[Point]) -> str:
    values = [each.equity for each in points]
    values += [each.hold for each in points if each.hold is not None]
    scale = _scale(points, values, 260)
    seen = list(stretches(points, WIDTH, is_equity=True))
    curve = "".join(_line(scale, [(each.at_ns, each.equity) for each in part]) for part in seen)
    held = "".join(
        _line(scale, [(each.at_ns, each.hold) for each in part if each.hold is not None])
        for part in stretches(points, WIDTH, is_equity=False)
    )
    hold = f'<path class="hold" d="{held}"/>' if held else ""
    body = f'{hold}<path class="curve" d="{curve}"/>'
    ticks = [(tick, f"{tick:,.2f}") for tick in nice(scale.low, scale.high)]
    return _svg(scale, body, ticks, "equity")


def fall_drawing(points: Sequence[Point]) -> str:
    worst = max(each.fall for each in points)
    scale = Scale(points[0].at_ns, points[-1].at_ns, -max(worst, FALL_LEAST), 0.0, 90)
    areas = []
    for part in stretches(points, WIDTH, is_equity=True):
        first, last = scale.x(part[0].at_ns), scale.x(part[-1].at_ns)
        line = " ".join(f"L{scale.x(each.at_ns):.1f} {scale.y(-each.fall):.1f}" for each in part)
        areas.append(f"M{first:.1f} 0 {line} L{last:.1f} 0Z")
    ticks = [(tick, f"{tick * 100:.2f}%") for tick in falls(scale.low, 0.15)]
    return _svg(scale, f'<path class="fall" d="{"".join(areas)}"/>', ticks, "fall from the peak")


def stretches(points: Sequence[Point], width: int, *, is_equity: bool) -> Iterator[Sequence[Point]]:
    """The points between gaps that are as wide as one of `width` parts.

    Equity is known across a gap in which nothing was open; a price is not.
    """
    least_ns = max(1, points[-1].at_ns - points[0].at_ns) / max(1, width)
    first = 0
    for number, point in enumerate(points):
        is_unknown = not (is_equity and point.is_flat)
        if number and is_unknown and point.gap_ns > least_ns:
            yield points[first:number]
            first = number
    yield points[first:]


def nice(low: float, high: float) -> list[float]:
    """Round values between the two, about four of them."""
    raw = (high - low) / TICKS
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(each * power for each in (1, 2, 2.5, 5, 10) if each * power >= raw)
    first = math.ceil(low / step - 1e-9)
    count = math.floor(high / step + 1e-9) - first + 1
    return [(first + each) * step for each in range(count)]


def falls(low: float, least: float) -> list[float]:
    """0, `low` itself, for the deepest is what a person looks for, and round values between that
    are no nearer to each other than this part of the height."""
    kept = [0.0, low]
    for each in nice(low, 0.0):
        if min(abs(each - other) for other in kept) >= -low * least:
            kept.append(each)
    return kept


def _scale(points: Sequence[Point], values: Sequence[float], height: int) -> Scale:
    low, high = min(values), max(values)
    room = (high - low) * 0.05 or abs(high) * 0.001 or 1.0
    return Scale(points[0].at_ns, points[-1].at_ns, low - room, high + room, height)


def _line(scale: Scale, places: Sequence[tuple[int, float]]) -> str:
    """A single point is a short stroke, or it would not be seen."""
    if not places:
        return ""
    ends = "h2" if len(places) == 1 else ""
    return "M" + " L".join(f"{scale.x(at):.1f} {scale.y(value):.1f}" for at, value in places) + ends


def _svg(scale: Scale, body: str, ticks: Sequence[tuple[float, str]], name: str) -> str:
    lines = "".join(
        f'<path class="grid" d="M{LEFT} {scale.y(value):.1f}H{WIDTH}"/>'
        f'<text x="{LEFT - 8}" y="{scale.y(value) + 4:.1f}" text-anchor="end">{words}</text>'
        for value, words in ticks
    )
    height = scale.height + BELOW
    return (
        f'<svg viewBox="0 -8 {WIDTH} {height + 8}" role="img" aria-label="{name} over time">'
        f"{lines}{_times(scale)}{body}</svg>"
    )


def _times(scale: Scale) -> str:
    span = scale.to_ns - scale.from_ns
    anchors = ["start", *["middle"] * (TIMES - 2), "end"]
    places = [scale.from_ns + span * each // (TIMES - 1) for each in range(TIMES)]
    if not span:
        anchors, places = ["start"], [scale.from_ns]
    return "".join(
        f'<text x="{scale.x(at):.1f}" y="{scale.height + 16}" text-anchor="{anchor}">'
        f"{numbers.moment(at)}</text>"
        for at, anchor in zip(places, anchors, strict=True)
    )
