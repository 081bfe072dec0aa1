"""`lefi scores`: what came of each session of games, the best first."""

from __future__ import annotations

from argparse import Namespace

from lefi_tui.cli.output import Output
from lefi_tui.cli.profile import loaded
from lefi_tui.views.queries import SCORES_MAX, ScoresQuery


def run(arguments: Namespace, output: Output) -> int:
    settings = loaded(output)
    from lefi_tui.views.score_words import lines
    from lefi_tui.wiring.scores import scores_of

    query = ScoresQuery(arguments.market, arguments.limit or SCORES_MAX)
    view = scores_of(settings.settings, query)
    if arguments.json:
        from lefi_tui.core.codec import to_plain

        output.value([to_plain(each) for each in view.rows])
        return 0
    for line, _ in lines(view):
        output.line(line)
    return 0
