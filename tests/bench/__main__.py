"""`make bench`: each figure as a ratio first, as this machine's own number second; bench.json."""

from __future__ import annotations

import json
import platform
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Final

from tests.bench.table import MEASUREMENTS

FILE: Final = Path(__file__).parents[2] / "bench.json"


def main() -> int:
    names = sys.argv[1:] or list(MEASUREMENTS)
    if unknown := [name for name in names if name not in MEASUREMENTS]:
        sys.stderr.write(f"no such figure: {', '.join(unknown)}; of {', '.join(MEASUREMENTS)}\n")
        return 2
    found = {}
    for name in names:
        reading = MEASUREMENTS[name].take()
        found[name] = {"what": MEASUREMENTS[name].what, **asdict(reading)}
        told = f"{reading.ratio:10.2f} x {reading.yardstick}; {reading.value:,.2f} {reading.unit}"
        note = f" ({reading.note})" if reading.note else ""
        sys.stdout.write(f"{name:<24} {told}{note}\n")
        sys.stdout.flush()
    machine = {"python": platform.python_version(), "machine": platform.machine()}
    FILE.write_text(json.dumps({**machine, "figures": found}, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
