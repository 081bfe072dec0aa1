"""The settings of this user, with a word about each that can't be used."""

from __future__ import annotations

import os

from lefi_tui.cli.output import Output
from lefi_tui.settings import Loaded, load


def loaded(output: Output) -> Loaded:
    """Settings are never a reason to stop: what is wrong is said, and its default is in force."""
    found = load(os.environ)
    for problem in found.problems:
        output.error(problem)
    return found
