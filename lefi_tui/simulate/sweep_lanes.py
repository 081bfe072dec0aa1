"""Cells of a sweep as lanes on several threads, where the whole grid is known from its axes.

The rule it keeps: machine code runs outside of Python's lock, so threads share columns as they
stand; no thread outlives the sweep, and one that is left ends after the few cells at hand.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from queue import SimpleQueue

from lefi_tui.simulate.lanes.lanes import Rooms
from lefi_tui.simulate.sweep_cells import CellRunner, Done
from lefi_tui.simulate.sweep_grid import Settings
from lefi_tui.views.sweep_view import LANES, SweepAxis

Answer = tuple[int, Done]  # number of the cell, what it came to


def lanes_of(
    runner: CellRunner, axes: Sequence[SweepAxis], cells: Sequence[Settings], workers: int
) -> Iterator[Answer]:
    """As they come home: those of the grid's cells that are lanes."""
    found = runner.grid(axes)
    if found is None:
        return
    lanes, grid = found
    free, rooms = SimpleQueue[Rooms](), lanes.rooms()
    for of_thread in (rooms, *(lanes.rooms() for _ in range(workers - 1))):
        free.put(of_thread)
    size = len(rooms.of_each)

    def share(begin: int) -> list[Answer]:
        texts = [(n, grid.text(cells[n])) for n in range(begin, min(begin + size, len(cells)))]
        known = [(n, text) for n, text in texts if text is not None]
        if not known:
            return []
        mine = free.get()
        told = lanes.cells([(cells[n], text) for n, text in known], mine)
        free.put(mine)
        done = zip(known, told, strict=True)
        return [(n, (cell, LANES, None)) for (n, _), cell in done if not isinstance(cell, str)]

    with ThreadPoolExecutor(workers) as pool:
        begun = [pool.submit(share, begin) for begin in range(0, len(cells), size)]
        try:
            for each in as_completed(begun):
                yield from each.result()
        finally:
            pool.shutdown(cancel_futures=True)
