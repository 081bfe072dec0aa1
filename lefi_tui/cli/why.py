"""`lefi why`: what was decided at some moment, on which values, and what stopped it.

It reads the journal and the tape, beside an engine that runs or has ended.
"""

from __future__ import annotations

from argparse import Namespace

from lefi_tui.cli.output import Output
from lefi_tui.cli.profile import loaded
from lefi_tui.cli.progress import progress
from lefi_tui.cli.times import asked_ns
from lefi_tui.errors import REFUSED

NS_PER_MS = 1_000_000


def run(arguments: Namespace, output: Output) -> int:
    settings = loaded(output).settings
    from lefi_tui.views.queries import StoryQuery
    from lefi_tui.views.story_words import data, words
    from lefi_tui.wiring import past

    query = StoryQuery(
        arguments.order,
        past.story_of(settings, arguments.of, arguments.run.removeprefix("#")),
        arguments.bot,
        until_ms=asked_ns(arguments.at) // NS_PER_MS,
    )
    with progress(output, "messages") as shown:
        view = past.story(settings, arguments.of, query, shown)
    if arguments.json:
        output.value(data(view))
    else:
        for line in words(view):
            output.line(line)
    return 0 if view.story else REFUSED
