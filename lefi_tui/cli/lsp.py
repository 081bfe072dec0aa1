"""`lefi lsp`: the language server, for an editor that starts it; it alone loads its library."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from pathlib import Path

from lefi_tui import __version__
from lefi_tui.cli.output import Output


def run(arguments: Namespace, output: Output) -> int:
    if arguments.vscode is not None:
        return _extension(arguments.vscode, output)
    from lefi_tui.adapters.lsp_profile import Profile
    from lefi_tui.adapters.lsp_server import serve
    from lefi_tui.places import places

    if sys.stdin.isatty():
        output.say("This speaks with an editor, which starts it itself; ^C ends it.")
    return serve(__version__, Profile(places(os.environ)))


def _extension(folder: Path, output: Output) -> int:
    from lefi_tui.adapters import vscode_extension

    started = Path(sys.argv[0]).absolute()
    is_found_by_path = started.name != "lefi" or not started.is_file()
    vscode_extension.write(folder, "lefi" if is_found_by_path else str(started), __version__)
    output.say(f"{folder} is written. In it: npm install && npx @vscode/vsce package, then")
    output.say(f"code --install-extension lefi-{__version__}.vsix")
    return 0
