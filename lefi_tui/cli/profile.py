"""The settings of this user, with a word about each that can't be used, and a process that keeps
to itself: what it writes is for this user alone, and what it dies of shows no key."""

from __future__ import annotations

import os
import resource
import sys
from typing import Final

from lefi_tui.cli.output import Output
from lefi_tui.redaction import REDACTOR, guard_tracebacks
from lefi_tui.settings import Loaded, load

OWNER_ONLY: Final = 0o077


def loaded(output: Output) -> Loaded:
    """Settings are never a reason to stop: what is wrong is said, and its default is in force."""
    _keep_private()
    found = load(os.environ)
    for problem in found.problems:
        output.error(problem)
    return found


def _keep_private() -> None:
    os.umask(OWNER_ONLY)
    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, most))  # a core file would hold every key
    guard_tracebacks(REDACTOR, lambda: sys.stderr)
