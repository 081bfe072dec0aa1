"""`lefi backtest` in a process of its own that tells where its time went, as JSON on its last line.

Arguments: when it was started by the machine's steady clock, in ns, then those of `lefi`.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import sys
import time
from collections import defaultdict
from typing import Any

CAME_NS = time.monotonic_ns()
LOADED = (
    "lefi_tui.adapters.column_cache",
    "lefi_tui.simulate.kept",
    "lefi_tui.simulate.machine.runner",
    "lefi_tui.cli",
    "lefi_tui.cli.parser",
    "lefi_tui.cli.backtest",
    "lefi_tui.wiring",
)


def timed(spent: dict[str, int], name: str, owner: Any, function: str) -> None:
    """What it takes from now on is counted under that name."""
    original = getattr(owner, function)

    def counted(*given: Any, **named: Any) -> Any:
        start = time.monotonic_ns()
        try:
            return original(*given, **named)
        finally:
            spent[name] += time.monotonic_ns() - start

    setattr(owner, function, counted)


def main() -> None:
    spent: dict[str, int] = defaultdict(int)
    spent["python"] = CAME_NS - int(sys.argv[1])
    columns, kept, runner, lefi, *_ = map(importlib.import_module, LOADED)
    spent["import"] = time.monotonic_ns() - CAME_NS
    timed(spent, "prepare", runner, "prepare")
    timed(spent, "compile", runner, "compile_script")
    timed(spent, "read", columns.ColumnCache, "read")
    timed(spent, "columns", kept.Kept, "columns")
    timed(spent, "run", runner.MachineLoop, "run")
    start = time.monotonic_ns()
    with contextlib.redirect_stdout(io.StringIO()):
        status = lefi.main(sys.argv[2:])
    assert status == 0, status
    whole = time.monotonic_ns() - start
    spent["check"] = spent.pop("prepare") - spent["read"]
    spent["read"] += spent.pop("columns")
    parts = ("check", "compile", "read", "run")
    spent["result"] = whole - sum(spent[each] for each in parts)
    order = ("python", "import", "check", "compile", "read", "run", "result")
    sys.stdout.write(json.dumps({name: spent[name] / 1e6 for name in order}) + "\n")


if __name__ == "__main__":
    main()
