"""Some hundred programs of the fuzzer, and what it notices."""

from __future__ import annotations

import random

import pytest
from msgspec.structs import replace

from lefi_tui.lang.form import cost
from lefi_tui.lang.program import check
from tests.campaign import programs
from tests.campaign.counted import counting, most_steps
from tests.campaign.programs import PROGRAMS, Run, Tally, case, one
from tests.campaign.script_writer import written


def test_some_hundred_programs_hold_and_are_of_many_kinds() -> None:
    found = [case(number, 1) for number in range(1, 4)]
    assert [each.why for each in found] == ["", "", ""]
    counts = {name: sum(each.counts.get(name, 0) for each in found) for name in found[0].counts}
    right = counts["right"]
    assert counts["programs"] == 3 * PROGRAMS
    assert counts["trades"] >= 0.7 * right
    assert counts["stops_or_targets"] >= 0.2 * right
    assert counts["short_or_levered"] >= 0.2 * right
    assert counts["several_handlers"] >= 0.1 * right
    assert counts["broken_refused"] >= 0.8 * counts["broken"]


def test_one_seed_is_one_script() -> None:
    assert written(random.Random(7)) == written(random.Random(7))
    assert written(random.Random(7)) != written(random.Random(8))


def test_a_long_script_is_as_long_as_was_asked() -> None:
    text = written(random.Random(3), size=programs.LONG_STATEMENTS)
    assert text.count("\n") > 2 * programs.LONG_STATEMENTS
    assert check(text).program is not None


SOURCE = """
on Candle("BTC/USDT", 5m) {
    x = EMA(close, 3)
    if close > x { Buy("BTC/USDT", 1%); Print("in") } else { Print("out") }
}
"""


def test_steps_are_counted_for_real_and_nothing_else_changes() -> None:
    plain, counted = (Run(SOURCE, random.Random(5), is_counted=each) for each in (False, True))
    for run in (plain, counted):
        for at in range(30):
            run.candle(at)
    assert counted.trial.asks == plain.trial.asks
    assert counted.trial.notes == plain.trial.notes
    (most,) = most_steps(counted.program, counted.trial.state.slots)
    (form,) = plain.program.forms
    assert most == form.steps_max == cost(form.always) + cost(form.steps)


def test_a_run_of_more_steps_than_promised_is_noticed() -> None:
    run = Run(SOURCE, random.Random(5), is_counted=True)
    run.candle(0)
    bound = run.trial.state.bound
    handlers = tuple(replace(each, steps_max=1) for each in bound.program.handlers)
    program = replace(bound.program, handlers=handlers)
    run.trial.state = replace(run.trial.state, bound=replace(bound, program=program))
    with pytest.raises(programs.StepsExceededError, match="of 1, line 2"):
        run.end()


def test_a_counting_program_is_longer_by_two_slots_a_handler() -> None:
    program = check(SOURCE).program
    assert program is not None
    assert len(counting(program).initial()) == len(program.initial()) + 2


def test_what_breaks_is_told_with_its_number_and_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "written", lambda _chance, *, size: f"x = {size}\ny = (")
    tally = Tally()
    one(48, 1, tally)
    (why,) = tally.wrong
    assert why.startswith("x = 0\ny = (\nprogram 48, refused: LF")
    assert tally.counts == {"programs": 1, "right": 1, "refused": 1}
