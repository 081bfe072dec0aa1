"""Every run of the tests of shipped scripts is told: as the program decides, in degrees and words."""

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
        outcomes_of = {each.text: set[bool]() for each in program.explain(begun)}
        for each in program.explain(begun):
            outcomes_of[each.text].add(each.outcome)
        for each in distances(program, begun):
            assert 0.0 <= each.degree <= 1.0
            assert each.words
            assert self.source[each.span.start : each.span.end].split() == each.text.split()
            if each.was_reached:
                assert each.is_met in outcomes_of[each.text]
        self.runs += 1


@pytest.mark.parametrize("path", SHIPPED, ids=lambda each: each.stem)
def test_each_run_is_told(path: Path) -> None:
    source = path.read_text()
    told = _Told(source)
    assert all(each.has_passed for each in outcomes(source, {}, told))
    assert told.runs > 0
