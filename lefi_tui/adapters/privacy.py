"""A process that keeps to itself what it knows: no core file, no look into its memory, no key in
what it writes of itself.
"""

from __future__ import annotations

import ctypes
import logging
import os
import resource
import sys
from typing import Final

from lefi_tui.redaction import REDACTOR, guard_tracebacks

OWNER_ONLY: Final = 0o077
PR_SET_DUMPABLE: Final = 4  # linux/prctl.h
TALKATIVE: Final = ("ccxt", "aiohttp", "apprise", "keyring", "httpx", "httpcore", "urllib3")


def keep_private() -> None:
    """For a process that holds a key. A limit of core files alone is not enough: where the kernel
    pipes them to a program it is not looked at, and another process of this user may read memory.
    """
    os.umask(OWNER_ONLY)
    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, most))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    guard_tracebacks(REDACTOR, lambda: sys.stderr)
    for name in TALKATIVE:  # at DEBUG they write requests with their signatures and headers
        logging.getLogger(name).setLevel(logging.WARNING)
