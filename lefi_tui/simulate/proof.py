"""A process that runs the tests of one script and ends: its text by standard input, what came of
them by standard output. So no test of a script, however long, holds up a turn of the engine.
"""

from __future__ import annotations

import json
import sys

from lefi_tui.core.live_gates import ScriptTests
from lefi_tui.errors import ScriptRefusedError
from lefi_tui.simulate.script_tests import run_script_tests


def proved(source: str, version: str) -> ScriptTests:
    try:
        ran = run_script_tests(source)
    except ScriptRefusedError as error:
        return ScriptTests(version, refusal=error.why)
    failed = tuple(each.name for each in ran if not each.has_passed)
    return ScriptTests(version, len(ran) - len(failed), failed)


def main() -> None:
    asked = json.loads(sys.stdin.read())
    told = proved(asked["source"], asked["version"])
    answer = {"passed": told.passed, "failed": told.failed, "refusal": told.refusal}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main()
