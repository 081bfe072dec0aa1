"""How close a condition is, in words: what is still to go, and both sides as they stand.

The bar of a comparison is drawn by its gap as a share of the larger side, a cell for each of four
steps that come nearer; its last cell is kept for what is true.
"""

from __future__ import annotations

from typing import Final

from lefi_tui.core.nearness import Near, NearRun, Part, Side
from lefi_tui.core.record import Record
from lefi_tui.views import numbers
from lefi_tui.views.distance_view import DistancesView
from lefi_tui.views.figures import PER, Places, figure, gap, share

NEAR: Final = "How close each condition is"
STEPS: Final = (0.1, 0.03, 0.01, 0.003)  # of the larger side; each about three times as near
CELLS: Final = len(STEPS) + 1
SCALE: Final = (
    f"Bars: within {', '.join(share(each) for each in STEPS)} of the larger side; full: true"
)
_BEYOND: Final = {">": "above", ">=": "above", "<": "below", "<=": "below"}


class Told(Record):
    """One line: so many cells of its bar (none is drawn for what this candle can't change), how it
    stands, and what of."""

    depth: int
    cells: int
    is_met: bool
    state: str
    about: str
    has_bar: bool = True


def told(near: Near, places: Places) -> list[Told]:
    """The condition, and below it each part of one that has several."""
    whole, *parts = near.parts
    first = _told(whole, near.text, places)
    if not near.was_reached:
        first = Told(0, first.cells, first.is_met, f"not reached, {first.state}", first.about)
    return [first, *(_told(each, each.text, places) for each in parts)]


def _told(part: Part, text: str, places: Places) -> Told:
    about = text if part.is_joint else compared(part, places)
    if part.depth and part.is_joint:
        about = f"{'all' if part.sign == 'and' else 'one'} of: {about}"
    has_bar = not (part.is_fixed or part.is_past)
    return Told(part.depth, cells(part), part.is_met, state(part, places), about, has_bar)


def cells(part: Part) -> int:
    """1% away or less is nearer than 3%, whatever the unit."""
    if part.is_met:
        return CELLS
    return 0 if part.away is None else sum(part.away <= each for each in STEPS)


def state(part: Part, places: Places) -> str:
    """`412.30 USDT to go (0.6%)`, `true by 2.1`, `always true`"""
    truth = "true" if part.is_met else "false"
    if part.is_fixed:
        return f"always {truth}"
    sides = (part.left,) if part.sign in {"", "not"} else (part.left, part.right)
    if not part.is_joint and any(each.value is None and not each.text for each in sides):
        return "no value yet"
    if part.is_past:
        return f"{truth}, of earlier candles"
    if part.away is None or part.is_joint or (part.is_met and part.sign == "=="):
        return truth
    if not part.away:
        return _equal(part)
    assert part.left.value is not None
    assert part.right.value is not None
    apart = gap(abs(part.left.value - part.right.value), part.unit, places)
    has_share = part.away < 1 and (PER in part.unit or not part.unit.startswith("a "))
    words = f"{apart} ({share(part.away)})" if has_share else apart
    return f"true by {words}" if part.is_met else f"{words} to go"


def _equal(part: Part) -> str:
    if part.is_met:
        return "true, just equal"
    side = _BEYOND.get(part.sign)
    return f"equal, not yet {side}" if side else "equal"


def compared(part: Part, places: Places) -> str:
    """`close 48,866.71 > price_max 49,000.00`"""
    if part.sign in {"", "not"}:
        return f"{part.sign} {part.left.label}".lstrip()
    left, right = (_side(each, part.unit, places) for each in (part.left, part.right))
    return f"{left} {part.sign} {right}"


def _side(side: Side, unit: str, places: Places) -> str:
    value = f'"{side.text}"' if side.text else figure(side.value, unit, places)
    return f"{side.label} {value}".lstrip()


# ---- above them


def heading(view: DistancesView) -> str:
    """Whose numbers these are, and of when."""
    bot, account = f"bot {view.bot}", view.account
    if view.refusal:
        of = f" of {bot}" if view.is_bots else ""
        return f"{NEAR}{of}: {view.refusal}"
    if not view.runs:
        return f"{NEAR}: there is none in this script"
    if view.is_bots:
        at = f", run of {_clock(view.at_ms)} UTC" if len(view.runs) == 1 else ""
        return f"{NEAR}: {bot} with its settings and states{at}"
    candle = f", candle to {_clock(view.at_ms)[:5]} UTC" if view.at_ms else ", now"
    if view.bot:
        return (
            f"{NEAR}: market of {account}, the settings of {bot}, which runs another text, states"
            f" at their first values{candle}"
        )
    return f"{NEAR}: market of {account}, the script's defaults{candle}"


def run_words(run: NearRun, *, is_bots: bool) -> str:
    """Above the conditions of one handler among several."""
    if run.refusal:
        return f"{run.title}: {run.refusal}"
    return f"{run.title}: run of {_clock(run.at_ms)} UTC" if is_bots else run.title


def _clock(at_ms: int) -> str:
    return numbers.clock(at_ms * numbers.NS_PER_MS)
