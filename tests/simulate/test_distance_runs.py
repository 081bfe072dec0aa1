"""Every run of the tests of shipped scripts is told as the program decides it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from bots.automated import bind
from lefi_tui.lang.authoring.distance import distances
from lefi_tui.lang.authoring.reached import Reached
from lefi_tui.lang.waiting import Begun
from lefi_tui.simulate.script_tests import outcomes

SHIPPED = sorted((Path(__file__).parents[2] / "scripts").glob("*.lefi"))


class _Told(Reached):
    """Looks at how far each condition of each run was."""

    runs = 0

    def ran(self, settings: Mapping[str, str], begun: Begun) -> None:
        program = bind(self.source, settings).program
        met: dict[str, set[bool]] = {}
        for seen in program.explain(begun):
            met.setdefault(seen.text, set()).add(seen.outcome)
        for each in distances(program, begun):
            assert all(part.away is None or 0.0 <= part.away <= 2.0 for part in each.parts)
            assert self.source[each.span.start : each.span.end].split() == each.text.split()
            assert not each.was_reached or each.is_met in met[each.text]
        self.runs += 1


@pytest.mark.parametrize("path", SHIPPED, ids=lambda each: each.stem)
def test_each_run_is_told(path: Path) -> None:
    source = path.read_text()
    told = _Told(source)
    assert all(each.has_passed for each in outcomes(source, {}, told))
    assert told.runs > 0
