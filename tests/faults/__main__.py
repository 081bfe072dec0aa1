"""`python -m tests.faults`: carries out the tests of the fault table; prints what each showed."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from xml.etree import ElementTree as ET

from tests.faults.fault_table import rows

ROOT = Path(__file__).parents[2]


def main() -> int:
    listed = rows()
    ids = dict.fromkeys(f"{file}::{name}" for row in listed for file, name in row.places)
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "told.xml"
        # As few processes as cores: some of these tests wait for real seconds.
        command = [sys.executable, "-m", "pytest", "-q", "-n", "2", f"--junit-xml={told}", *ids]
        status = subprocess.run(command, cwd=ROOT, check=False).returncode
        results = _results(told)
    for row in listed:
        sys.stdout.write(f"\n{row.number:>4}  {row.fault}\n")
        for place in row.places:
            sys.stdout.write(f"      {results.get(place, 'not run'):<12}{place[0]}::{place[1]}\n")
        if row.why:
            sys.stdout.write(f"      {row.why}\n")
    return status


def _results(told: Path) -> dict[tuple[str, str], str]:
    """By file and function: the worst of its cases."""
    found: dict[tuple[str, str], list[str]] = {}
    for case in ET.parse(told).iter("testcase"):
        file = f"{case.get('classname', '').replace('.', '/')}.py"
        name = case.get("name", "").partition("[")[0]
        bad = [each.tag for each in case if each.tag in {"failure", "error", "skipped"}]
        found.setdefault((file, name), []).append(bad[0] if bad else "passed")
    return {place: _worst(each) for place, each in found.items()}


def _worst(results: list[str]) -> str:
    worst = next((each for each in ("error", "failure", "skipped") if each in results), "passed")
    return worst if len(results) == 1 else f"{worst} {len(results)}x"


if __name__ == "__main__":
    sys.exit(main())
