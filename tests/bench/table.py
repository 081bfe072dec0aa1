"""What `make bench` measures. A new figure is a function that takes it, and a line here."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from lefi_tui.lang.program import check
from tests.bench import (
    authoring_figures,
    block_figures,
    chart_figures,
    editor_figures,
    editor_screen_figures,
    indicator_figures,
    lab_figures,
    language_figures,
    load_figures,
    lsp_figures,
    order_figures,
    practice_figures,
    simulation_figures,
    sweep_figures,
    wire_figures,
)
from tests.bench import desk_figures as desk
from tests.bench import engine_figures as figures
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
    "script_step": Measurement("one candle of the EMA cross, pure step", figures.script_step),
    "desk_step": Measurement("one candle through the desk, bot and all", figures.desk_step),
    "engine_turns": Measurement("turns with a FULL commit each", figures.engine_turns),
    "engine_events": Measurement("events in full turns, journaled", figures.engine_events),
    "recovery": Measurement("a start after 100,000 events", figures.recovery),
    "first_frame": Measurement("`lefi` from exec to its first frame", desk.first_frame),
    "desk_alive": Measurement("`lefi` from exec to its first price", desk.desk_alive),
    "desk_memory": Measurement("`lefi` with engine and screen, resident", desk.memory),
    "desk_quiet": Measurement("the desk at 120x40, no bot", desk.quiet_bytes),
    "desk_busy": Measurement("the desk at 120x40, four bots", desk.busy_bytes),
    "key_bytes": Measurement("a key press that moves the cursor", desk.key_bytes),
    "key_to_handler": Measurement("a key to its handler, all moving", desk.key_to_handler),
    **block_figures.MEASUREMENTS,
    **chart_figures.MEASUREMENTS,
    **editor_figures.MEASUREMENTS,
    **editor_screen_figures.MEASUREMENTS,
    **authoring_figures.MEASUREMENTS,
    **lsp_figures.MEASUREMENTS,
    **language_figures.MEASUREMENTS,
    **indicator_figures.MEASUREMENTS,
    **lab_figures.MEASUREMENTS,
    **load_figures.MEASUREMENTS,
    **order_figures.MEASUREMENTS,
    **practice_figures.MEASUREMENTS,
    **simulation_figures.MEASUREMENTS,
    **sweep_figures.MEASUREMENTS,
    **wire_figures.MEASUREMENTS,
}
