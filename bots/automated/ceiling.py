"""Every run of a bot is held to its contract: what the checked text can lead to at most.

The rule it keeps: a run that goes beyond is a fault of ours, never of the script's. Nothing of its
moment is sent or remembered, and the bot stops.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bots.automated.plan import Bound
from lefi_tui.lang.reach import exceeded


class ContractExceededError(Exception):
    """Ends the moment; the bot's kind makes a fault of it."""


def hold(bound: Bound, handler: int, effects: Iterable[Any]) -> None:
    """`effects` are all of the run's from its beginning."""
    beyond = exceeded(bound.reaches[handler], effects)
    if beyond:
        raise ContractExceededError(
            f"{bound.titles[handler]}: {beyond} goes beyond what its script can lead to. This is a "
            "fault of Lefi, not of the script; nothing was sent. Please report it."
        )
