"""`python -m lefi_tui` is `lefi`."""

from __future__ import annotations

import sys

from lefi_tui.cli import main

__all__ = ["main"]

if __name__ == "__main__":
    sys.exit(main())
