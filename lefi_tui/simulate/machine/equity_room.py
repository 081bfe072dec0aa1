"""Room for a run's equity, used again once nobody keeps what stood in it.

Memory that is new to a process is handed to it page by page: a million doubles of it take half as
long as the run that fills them. The rule it keeps: a room that anyone still refers to is not free.
"""

from __future__ import annotations

from array import array
from collections import deque
from sys import getrefcount
from threading import Lock
from typing import Final

ROOMS: Final = 2  # the Lab keeps its last run while the next one is under way
DOUBLES_MAX: Final = 2_000_001  # of one; a longer run's memory goes with it
_OWN: Final = 3  # references to a free room: the list's, the loop's, the call's
_rooms: deque[array[float]] = deque(maxlen=ROOMS)
_lock: Final = Lock()


def equity_room(count: int) -> array[float]:
    """So many doubles, whatever they are: for the caller to set."""
    with _lock:
        for each in _rooms:
            if len(each) == count and getrefcount(each) == _OWN:
                return each
        made = array("d", [0.0]) * count
        if count <= DOUBLES_MAX:
            _rooms.append(made)
        return made
