"""`lefi replay`: a recorded run carried out again; every decision must come out the same."""

from __future__ import annotations

from argparse import Namespace

from lefi_tui.adapters.script_files import text_of
from lefi_tui.cli.output import Output
from lefi_tui.cli.profile import loaded
from lefi_tui.cli.progress import progress
from lefi_tui.errors import REFUSED


def run(arguments: Namespace, output: Output) -> int:
    source = None if arguments.script is None else text_of(arguments.script)
    settings = loaded(output)
    from lefi_tui import wiring

    with progress(output, "messages") as shown:
        answer = wiring.replay_run(arguments.run, settings, shown, source)
    if arguments.json:
        output.value(
            {
                "run": answer.run,
                "same": answer.is_same,
                "messages": answer.messages,
                "events": answer.events,
                "difference": answer.difference or None,
            }
        )
    elif answer.is_same:
        output.line(
            f"{answer.run}: the same, {answer.messages:,} messages, {answer.events:,} events"
        )
    else:
        output.line(f"{answer.run}: differs. {answer.difference}")
    return 0 if answer.is_same else REFUSED
