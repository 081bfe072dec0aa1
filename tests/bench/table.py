"""What `make bench` measures. A new figure is a function that takes it, and a line here."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from lefi_tui.lang.program import check
from tests.bench.readings import Measurement, Reading, against_plain_loop, against_plain_python

ROOT: Final = Path(__file__).parents[2]
SCRIPT: Final = ROOT / "scripts" / "ema_cross.lefi"


def version() -> Reading:
    return against_plain_python(["-m", "lefi_tui", "--version"])


def check_command() -> Reading:
    return against_plain_python(["-m", "lefi_tui", "check", str(SCRIPT)])


def check_script() -> Reading:
    text = SCRIPT.read_text()
    return against_plain_loop(lambda: check(text), "scan, parse, resolve, check, compile")


MEASUREMENTS: Final[dict[str, Measurement]] = {
    "version_command": Measurement("`lefi --version`, the whole process", version),
    "check_command": Measurement("`lefi check scripts/ema_cross.lefi`, whole", check_command),
    "check_script": Measurement("a script from text to program", check_script),
}
