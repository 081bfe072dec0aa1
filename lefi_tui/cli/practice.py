"""`lefi practice`: the desk on a recording of a real market, with the latency a player sets."""

from __future__ import annotations

from argparse import Namespace
from functools import partial
from typing import TYPE_CHECKING

from lefi_tui.cli.desk import refuse_elsewhere
from lefi_tui.cli.output import Output
from lefi_tui.cli.profile import loaded
from lefi_tui.requests import PracticeRequest
from lefi_tui.terminal.waiter import under_waiter

if TYPE_CHECKING:
    from lefi_tui.settings import Loaded
    from lefi_tui.terminal.waiter import Line


def run(arguments: Namespace, output: Output) -> int:
    settings = loaded(output)
    request = PracticeRequest(
        arguments.data and arguments.data.absolute(),
        arguments.latency_ms,
        arguments.jitter_ms,
        arguments.at_ms,
        arguments.speed,
        arguments.rounds,
        arguments.seed,
        arguments.cash,
    )
    from lefi_tui.wiring.recorded import practicing

    practicing(settings.settings, request)  # what can't be played is said before a screen opens
    refuse_elsewhere("lefi practice")
    return under_waiter(partial(_open, settings, request))


def _open(settings: Loaded, request: PracticeRequest, line: Line) -> int:
    from lefi_tui import wiring

    return wiring.open_practice(settings, request, line)
