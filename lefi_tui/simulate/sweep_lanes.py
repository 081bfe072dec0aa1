"""Cells of a sweep as lanes on several threads, where the whole grid is known from its axes.

The rule it keeps: machine code runs outside of Python's lock, so threads share columns as they
stand; no thread outlives the sweep, and one that is left ends after the few cells at hand.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from queue import SimpleQueue
from typing import Final

from lefi_tui.simulate.lanes.grid import Grid
from lefi_tui.simulate.lanes.lanes import Lanes, Room
from lefi_tui.simulate.lanes.parts import UnfitError
from lefi_tui.simulate.sweep_cells import CellRunner, Done
from lefi_tui.simulate.sweep_grid import Settings
from lefi_tui.views.sweep_view import LANES, SweepAxis

SHARE: Final = 8  # cells a thread takes at once: each time it tells, Python's lock changes hands
Answer = tuple[int, Done]  # number of the cell, what it came to


def lanes_of(
    runner: CellRunner, axes: Sequence[SweepAxis], cells: Sequence[Settings], workers: int
) -> Iterator[Answer]:
    """As they come home: those of the grid's cells that are lanes."""
    found = runner.grid(axes)
    if found is None:
        return
    lanes, grid = found
    rooms = SimpleQueue[Room]()
    for _ in range(workers):
        rooms.put(lanes.room())

    def share(begin: int) -> list[Answer]:
        room = rooms.get()
        numbers = range(begin, min(begin + SHARE, len(cells)))
        told = [(number, _lane(lanes, grid, cells[number], room)) for number in numbers]
        rooms.put(room)
        return [(number, done) for number, done in told if done is not None]

    with ThreadPoolExecutor(workers) as pool:
        begun = [pool.submit(share, begin) for begin in range(0, len(cells), SHARE)]
        try:
            for each in as_completed(begun):
                yield from each.result()
        finally:
            pool.shutdown(cancel_futures=True)


def _lane(lanes: Lanes, grid: Grid, settings: Settings, room: Room) -> Done | None:
    text = grid.text(settings)
    if text is None:
        return None
    try:
        return lanes.cell(settings, text, room), LANES, None
    except UnfitError:
        return None
