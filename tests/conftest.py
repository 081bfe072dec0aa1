"""For all tests."""

from __future__ import annotations

import signal

# A run in the background of a shell ignores ^C, and so would every program that a test starts.
signal.signal(signal.SIGINT, signal.default_int_handler)
