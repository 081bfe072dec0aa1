"""What an editor is told of random right scripts holds: names, ways, measures, cut out values."""

from __future__ import annotations

import random

import pytest

from lefi_tui.lang.authoring.analysis import Analysis
from lefi_tui.lang.authoring.measuring import measured
from lefi_tui.lang.authoring.reached import Reached
from lefi_tui.lang.authoring.valued import value_source
from lefi_tui.lang.authoring.walking import all_parts, values_of
from lefi_tui.lang.diagnostic import Fix, applied
from lefi_tui.lang.program import check
from tests.campaign.script_writer import written

SEEDS = range(400, 425)


@pytest.mark.parametrize("seed", SEEDS)
def test_names_are_renamed_and_back(seed: int) -> None:
    chance = random.Random(seed)
    text = written(chance)
    analysis = Analysis(text)
    codes = [each.code for each in analysis.diagnostics]
    places = {analysis.definition(at) for at in range(len(text))} - {None}
    for place in chance.sample(sorted(each for each in places if each), min(4, len(places))):
        edits = analysis.renamed(place.start, "zz_other").edits
        after = applied(text, Fix("", edits))
        again = Analysis(after)
        assert [each.code for each in again.diagnostics] == codes
        back = again.renamed(edits[0].span.start, text[place.start : place.end])
        assert applied(after, Fix("", back.edits)) == text


@pytest.mark.parametrize("seed", SEEDS)
def test_its_program_is_measured_and_its_ways_are_marked(seed: int) -> None:
    text = written(random.Random(seed))
    program = check(text).program
    assert program is not None
    assert len(measured(program)) == len(program.handlers)
    reached = Reached(text)
    assert {way.key for way in reached.ways} <= reached.markable({})


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_cut_out_is_right_and_acts_on_nothing(seed: int) -> None:
    chance = random.Random(seed)
    text = written(chance)
    script = Analysis(text).script
    roots = [value for item in (*script.items, script.body) for value in values_of(item)]
    nodes = list(all_parts(roots))
    for node in chance.sample(nodes, min(20, len(nodes))):
        found = value_source(text, node.span)
        assert bool(found.source) != bool(found.refusal)
        assert "by itself" not in found.refusal
        if found.source:
            program = check(found.source).program
            assert program is not None
            assert program.sites == ()
