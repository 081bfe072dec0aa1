"""Versions beside a script: a disk that is nearly full, and a text that somebody else left."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from lefi_tui.adapters.script_versions import ScriptVersions
from lefi_tui.wiring.script_store import ScriptFolder

_KEEPS = """
import resource, signal, sys
from pathlib import Path
from lefi_tui.adapters.script_versions import ScriptVersions
from lefi_tui.errors import StorageError
file = Path(sys.argv[1])
kept = ScriptVersions(file)
for number in range(8):
    kept.keep(f"// {number}\\n")
size = (file.parent / ".versions" / file.name / "list").stat().st_size
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (size + 40, size + 40))  # room for a part of a line
try:
    print(kept.keep("// nine\\n").number)
except StorageError as error:
    print("refused", error.why)
"""


def test_a_version_that_found_no_room_is_not_promised(tmp_path: Path) -> None:
    file = tmp_path / "a.lefi"
    ran = subprocess.run(
        [sys.executable, "-c", _KEEPS, str(file)], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    numbers = [each.number for each in ScriptVersions(file).listed().rows]
    assert ran.stdout.startswith("refused") or int(ran.stdout) in numbers, (ran.stdout, numbers)


CLEAN = 'on Candle("BTC/USDT", 1m) { if close > 1 { Buy("BTC/USDT", 10 USDT) } }\n'
HALF = "// an hour of work by hand\n" + CLEAN.replace("close > 1", "close > ")


def test_what_somebody_else_left_is_kept_also_where_it_does_not_check_clean(
    tmp_path: Path,
) -> None:
    store = ScriptFolder(tmp_path)
    mine = store.create("grid")
    file = Path(mine.place)
    file.write_text(HALF)  # another editor, in the middle of a change
    store.save(mine, CLEAN, may_replace=True)
    kept = ScriptVersions(file)
    texts = [kept.text(each) for each in kept.listed().rows]
    assert HALF in texts, "it was overwritten and stands nowhere"
