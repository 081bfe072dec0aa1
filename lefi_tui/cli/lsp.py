"""`lefi lsp`: the language server, for an editor that starts it; it alone loads its library."""

from __future__ import annotations

import sys
from argparse import Namespace

from lefi_tui import __version__
from lefi_tui.adapters.lsp_server import serve
from lefi_tui.cli.output import Output


def run(_: Namespace, output: Output) -> int:
    if sys.stdin.isatty():
        output.say("This speaks with an editor, which starts it itself; ^C ends it.")
    return serve(__version__)
