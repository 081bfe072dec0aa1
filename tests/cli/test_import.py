"""`lefi import`: an older job becomes a script; what it can not be is told in four parts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from lefi_tui.cli import main
from lefi_tui.lang.program import check

OLDER = Path(__file__).parents[1] / "unit" / "lang" / "older"


def saved(folder: Path, data: Any) -> Path:
    file = folder / "job.json"
    file.write_text(data if isinstance(data, str) else json.dumps(data))
    return file


def job(expression: str, *, job: dict[str, Any] | None = None, **others: Any) -> dict[str, Any]:
    return {"script": [{"job": job or {}, "expression": expression, **others}]}


def test_the_script_goes_to_standard_output_and_words_for_people_beside_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["import", str(OLDER / "price_update_job.json")]) == 0
    out, err = capsys.readouterr()
    assert out == (OLDER / "price_update_job.lefi").read_text()
    assert "LE603 Not in the script as it was  job.script[0].job.end_date\n" in err
    assert "\n  Why: The job's end is 2024-12-31; a script has no dates of its own." in err
    assert "\n  Next: Start and stop the bot yourself on these days" in err


def test_a_file_that_is_there_is_not_written_over(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, out = saved(tmp_path, job('Print(Spot("BTC/USDT"))')), tmp_path / "a.lefi"
    out.write_text("mine")
    assert main(["import", str(file), "-o", str(out)]) == 2
    assert out.read_text() == "mine"
    assert "--force" in capsys.readouterr().err
    assert main(["import", str(file), "-o", str(out), "--force"]) == 0
    assert out.read_text() == 'Print(Spot("BTC/USDT"))\n'


def test_a_mistake_of_the_job_is_told_and_the_script_is_there_all_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["import", str(saved(tmp_path, job("if a > { Print(1) }")))]) == 1
    out, err = capsys.readouterr()
    assert out == "if a > { Print(1) }\n"
    assert "LF101 Not written as Lefi                script:1:8" in err


REFUSED = [
    ("{", "job.json:1:2", "it is no JSON"),
    ('{"script": [], "script": []}', "job.json", "`script` stands twice"),
    ("[" * 100_000, "job.json", "nested too deeply"),
    ([], "job", "a record { … } belongs here, not a list"),
    ({"script": []}, "job.script", "1 to 50 scripts, not 0"),
    ({"script": ["x"]}, "job.script[0]", "not a text"),
    ({"script": [{"expresion": "x"}]}, "job.script[0]", "it has no `expression`"),
    (job(""), "job.script[0]", "it has no `expression`"),
    (job("x", job={"work": ["once"]}), "job.script[0].job.work", "a text, not a list"),
    (job("x", macros={}, execution_policy=3), "job.script[0].execution_policy", "not a number"),
    (
        job("x", execution_policy={"cancel_unfulfilled": "maybe"}),
        "job.script[0].execution_policy.cancel_unfulfilled",
        "`maybe` is neither true nor false",
    ),
    (job("x", macros="x"), "job.script[0].macros", "macros are a list"),
    (job("x", macros=[{"key": "A b", "value": "1"}]), "job.script[0].macros[0].key", "no name"),
    (job("x", macros=[{"key": "a", "value": []}]), "job.script[0].macros[0].value", "text"),
]


@pytest.mark.parametrize(("data", "where", "why"), REFUSED)
def test_what_is_no_job_is_refused_with_its_place(
    data: Any, where: str, why: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["import", str(saved(tmp_path, data))]) == 1
    out, err = capsys.readouterr()
    first, reason, following = err.splitlines()
    assert out == ""
    assert first.startswith("LE602 Job can't be read  ")
    assert first.endswith(where)
    assert reason.startswith("  Why: ")
    assert why in reason
    assert following.startswith("  Next: ")


TOLD = [
    (job("Print(1)", priority=3), "job.script[0].priority", "The job's `priority` (3)"),
    (job("Print(1)", macro=[]), "job.script[0].macro", "means nothing here"),
    (job("Print(1)", job={"status": "Paused"}), "job.script[0].job.status", "was Paused"),
    (job("Print(1)", job={"start_date": "2024-01-01"}), "job.script[0].job.start_date", "start"),
    (job("Print(1)", job={"work": "Weekly"}), "job.script[0].job.work", "`Weekly`"),
    (job("Print(1)", job={"work": "UntilExecuted"}), "job.script[0].job.work", "no transaction"),
    (job("Print(1)", job={"trigger": "OnChain"}), "job.script[0].job.trigger", "`OnChain`"),
    (job("Print(1)", macros=[{"key": "a", "value": 1}]), "job.script[0].macros", "Nothing uses"),
    (
        job("Print(1)", job={"work": "Monthly", "start_date": "2024-01-31"}),
        "job.script[0].job.start_date",
        "Not every month has a day 31",
    ),
    (
        {**job('Sell("A/B", 1)', job={"work": "once"}), "description": "To buy A"},
        "job.description",
        "It says buy, and the script only sells.",
    ),
]


@pytest.mark.parametrize(("data", "where", "why"), TOLD)
def test_what_a_script_can_not_say_is_a_comment_and_told(
    data: Any, where: str, why: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["import", str(saved(tmp_path, data))])
    out, err = capsys.readouterr()
    assert f"LE603 Not in the script as it was  {where}\n" in err
    assert why in err
    assert [each for each in out.splitlines() if each.startswith("//") and why in each]


POLICIES = [
    ({"partial_fulfillment": "true", "cancel_unfulfilled": "true"}, "keep"),
    ({"partial_fulfillment": True}, "keep"),
    ({"partial_fulfillment": "False", "cancel_unfulfilled": "true"}, "cancel"),
    ({"partial_fulfillment": "true", "cancel_unfulfilled": "false"}, "complete"),
]


@pytest.mark.parametrize(("policy", "word"), POLICIES)
def test_the_execution_policy_says_what_becomes_of_a_part(
    policy: dict[str, Any], word: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = saved(tmp_path, job('Print(Spot("A/B"))', execution_policy=policy))
    assert main(["import", str(file)]) == 0
    program = check(capsys.readouterr().out).program
    assert program is not None
    assert program.policy.partial_fill == word


UNTIL = [
    (
        'if Spot("A/B") > 1 { Print("x"); Sell("A/B", 1); Notify("y") }',
        'if Spot("A/B") > 1 { Print("x"); finalize { Sell("A/B", 1); Notify("y") } }\n',
    ),
    ('authorize Sell("A/B", 1)', 'authorize { finalize { Sell("A/B", 1) } }\n'),
    ('if Buy("A/B", 1) then Print("x") end', 'finalize { if Buy("A/B", 1) { Print("x") } }\n'),
    ('finalize { Sell("A/B", 1) }', 'finalize { Sell("A/B", 1) }\n'),
]


@pytest.mark.parametrize(("expression", "script"), UNTIL)
def test_until_executed_ends_where_its_transactions_are_filled(
    expression: str, script: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = saved(tmp_path, job(expression, job={"work": "UntilExecuted"}))
    assert main(["import", str(file)]) == 0
    assert capsys.readouterr().out.endswith(f"}}\n\n{script}")


def test_whether_it_was_executed_is_kept_where_something_reads_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    expression = 'done = Sell("A/B", 1); if done { Print("sold") }'
    file = saved(tmp_path, job(expression, macros=[{"key": "done", "value": "false"}]))
    assert main(["import", str(file)]) == 0
    out = capsys.readouterr().out
    assert 'if Sell("A/B", 1) { done = true } else { done = false }\n' in out


def test_a_job_for_once_runs_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    expression = 'has_run = 1; Print("{has_run} {Spot("A/B")}")'
    file = saved(tmp_path, job(expression, job={"work": "once"}))
    assert main(["import", str(file)]) == 0
    out = capsys.readouterr().out
    assert "state has_run_ = false\n" in out
    assert "if not has_run_ {\n    has_run_ = true\n" in out
