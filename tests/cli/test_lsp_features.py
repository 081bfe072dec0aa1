"""What an editor asks `lefi lsp` about words, and what it is told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import pytest

from lefi_tui.adapters.lsp_words import ITEMS, SYMBOLS
from lefi_tui.lang.authoring.analysis import analysed
from lefi_tui.lang.diagnostic import Fix, applied
from tests.cli.lsp_kit import URI, Editor
from tests.cli.lsp_session import FILE, session

SCRIPT: Final = """\
// 🚀 two averages 市
script "Cross"
/// Candles in the fast average
setting fast = 12 in 2..200
setting symbol = "BTC/USDT"
state entries = 0
fn wide(n) = EMA(close, n) * 2
on Candle(symbol, 5m) {
    quick = EMA(close, fast)
    if "🚀" != "市" and CrossesAbove(quick, wide(fast)) and entries < 5 {
        Buy(symbol, 25%, stop_loss = 2%)
        entries = entries + 1
    }
}
test "waits" { candles 1 2 3; expect no Buy }
"""


@pytest.fixture(scope="module")
def editor() -> Iterator[Editor]:
    with Editor() as one:
        one.open(SCRIPT)
        assert one.told()["diagnostics"] == []
        yield one


def rows(editor: Editor, at: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = editor.ask("textDocument/completion", editor.about(at))["items"]
    return found


def test_completion_offers_what_the_analysis_does_in_its_order(editor: Editor) -> None:
    found = rows(editor, "quick = E|MA")
    own = analysed(SCRIPT).completions(SCRIPT.index("quick = EMA") + len("quick = E")).rows
    assert [each["label"] for each in sorted(found, key=lambda row: row["sortText"])] == [
        each.label for each in own
    ]
    (ema,) = [each for each in found if each["label"] == "EMA"]
    assert (ema["detail"], ema["kind"]) == ("EMA(x, n)", 3)
    assert ema["documentation"] == {"kind": "markdown", "value": "Exponential moving average."}
    assert editor.words(ema["textEdit"]["range"]) == "EMA"


def test_what_is_chosen_is_written_with_the_cursor_where_the_next_word_goes() -> None:
    with Editor() as editor:
        editor.open("// 🚀\nx = 🚀Sp\ny = Spo\n")
        (spot,) = [each for each in rows(editor, "y = Spo|") if each["label"] == "Spot"]
        assert (spot["textEdit"]["newText"], spot["insertTextFormat"]) == ("Spot($0)", 2)
        assert editor.words(spot["textEdit"]["range"]) == "Spo"


def test_right_behind_a_name_a_hover_is_the_names(editor: Editor) -> None:
    asked = [
        editor.ask("textDocument/hover", editor.about(at))
        for at in ("EM|A(close, fast", "EMA|(close, fast")
    ]
    assert asked[0] == asked[1]
    assert asked[0]["contents"]["value"].startswith("```lefi\nEMA(x, n)")


def test_settings_that_an_editor_tells_unasked_are_taken_in_silence() -> None:
    with Editor() as one:
        one.say("workspace/didChangeConfiguration", {"settings": {}})
        one.ask("shutdown", None)
        one.say("exit", None)
        assert one.left() == 0
        assert one.complaints() == ""


def test_a_hover_tells_form_unit_and_words(editor: Editor) -> None:
    found = editor.ask("textDocument/hover", editor.about("EMA(close, fa|st)"))
    assert found["contents"]["kind"] == "markdown"
    assert found["contents"]["value"].split("\n\n") == [
        "```lefi\nsetting fast = 12 in 2..200\n```",
        "a number",
        "Candles in the fast average",
    ]
    assert editor.words(found["range"]) == "fast"
    price = editor.ask("textDocument/hover", editor.about("qui|ck = EMA"))
    assert "USDT per BTC" in price["contents"]["value"]


def test_where_there_is_nothing_to_say_nothing_is_said(editor: Editor) -> None:
    for what in ("hover", "signatureHelp", "definition", "prepareRename"):
        asked = editor.about("// 🚀 two| averages")
        assert editor.ask(f"textDocument/{what}", asked) is None, what


def test_a_signature_marks_the_argument_at_the_cursor(editor: Editor) -> None:
    found = editor.ask("textDocument/signatureHelp", editor.about("EMA(close, fa|st)"))
    (one,) = found["signatures"]
    start, end = one["parameters"][found["activeParameter"]]["label"]
    assert (one["label"], one["label"][start:end]) == ("EMA(x, n)", "n")


def test_a_definition_is_the_declaration(editor: Editor) -> None:
    found = editor.ask("textDocument/definition", editor.about("wide(fa|st)"))
    assert (found["uri"], editor.words(found["range"])) == (URI, "fast")
    assert found["range"]["start"] == {"line": 3, "character": 8}


def test_references_are_all_places_with_the_declaration_or_without(editor: Editor) -> None:
    asked = editor.about("wide(fa|st)", context={"includeDeclaration": True})
    found = [each["range"] for each in editor.ask("textDocument/references", asked)]
    assert [editor.words(each) for each in found] == ["fast"] * 3
    asked["context"]["includeDeclaration"] = False
    without = [each["range"] for each in editor.ask("textDocument/references", asked)]
    assert without == found[1:]
    shown = editor.ask("textDocument/documentHighlight", asked)
    assert [each["range"] for each in shown] == found


def test_a_rename_writes_what_the_analysis_does_and_the_check_still_passes(editor: Editor) -> None:
    at = editor.about("wide(fa|st)")
    before = editor.ask("textDocument/prepareRename", at)
    assert (editor.words(before["range"]), before["placeholder"]) == ("fast", "fast")
    found = editor.ask("textDocument/rename", {**at, "newName": "speed"})
    (change,) = found["documentChanges"]
    assert change["textDocument"] == {"uri": URI, "version": 1}
    after = editor.applied(change["edits"])
    assert after == applied(
        SCRIPT, Fix("", analysed(SCRIPT).renamed(SCRIPT.index("fast =", 60), "speed").edits)
    )
    assert analysed(after).diagnostics == ()
    assert after.count("speed") == 3


@pytest.mark.parametrize("new", ["if", "2x", "quick", "a b"])
def test_a_rename_that_cant_be_is_refused_in_words(editor: Editor, new: str) -> None:
    asked = editor.asked("textDocument/rename", {**editor.about("wide(fa|st)"), "newName": new})
    error = editor.answer(asked)["error"]
    assert error["code"] == -32803
    at = SCRIPT.index("wide(fast)") + len("wide(fa")
    assert error["message"] == analysed(SCRIPT).renamed(at, new).refusal != ""


def test_a_refusal_is_no_fault_in_the_log() -> None:
    with Editor() as editor:
        editor.open(SCRIPT)
        asked = editor.asked("textDocument/rename", {**editor.about("fa|st ="), "newName": "if"})
        assert "error" in editor.answer(asked)
        editor.ask("shutdown", None)
        editor.say("exit", None)
        editor.left()
        assert editor.complaints() == ""


def test_the_outline_is_the_scripts_parts(editor: Editor) -> None:
    found = editor.ask("textDocument/documentSymbol", editor.about())
    names = [(each["name"], editor.words(each["selectionRange"])) for each in found]
    assert ("fast", "fast") in names
    assert [each.name for each in analysed(SCRIPT).outline()] == [name for name, _ in names]
    for each in found:
        start, end = (editor.offset(each["range"][side]) for side in ("start", "end"))
        inner = (editor.offset(each["selectionRange"][side]) for side in ("start", "end"))
        assert all(start <= at <= end for at in inner)


def test_every_kind_of_row_has_its_sign() -> None:
    """At every place of a script that uses nearly all there is."""
    kinds, parts = set(), set()
    for script in (SCRIPT, SCRIPT.replace("25%", ""), 'x = Spot("")\non \npolicy { }\n'):
        analysis = analysed(script)
        for at in range(len(script) + 1):
            kinds |= {each.kind for each in analysis.completions(at, ["BTC/USDT"]).rows}
        parts |= {each.kind for each in analysis.outline()}
    assert kinds <= set(ITEMS)
    assert parts <= set(SYMBOLS)
    assert len(kinds) > 8


def test_an_editor_that_knows_little_is_told_less() -> None:
    """No snippets, no versions, no Markdown, no stretches of a label."""
    with Editor(capabilities={"textDocument": {"hover": {"contentFormat": ["plaintext"]}}}) as one:
        one.open(SCRIPT)
        found = rows(one, "Bu|y(symbol")
        assert {each["insertTextFormat"] for each in found} == {1}
        hover = one.ask("textDocument/hover", one.about("EMA(close, fa|st)"))
        assert hover["contents"]["kind"] == "plaintext"
        assert "```" not in hover["contents"]["value"]
        edit = one.ask("textDocument/rename", {**one.about("wide(fa|st)"), "newName": "speed"})
        assert list(edit["changes"]) == [URI]
        signature = one.ask("textDocument/signatureHelp", one.about("EMA(close, fa|st)"))
        assert [each["label"] for each in signature["signatures"][0]["parameters"]] == ["x", "n"]


BROKEN: Final = ("", "(", '"', "on Candle(", "x = ", "}\n{", "🚀", "/*", "setting\n" * 30, "\x00")


@pytest.mark.parametrize("text", BROKEN)
def test_any_text_is_answered_about(text: str) -> None:
    with Editor() as editor:
        editor.open(text)
        place: dict[str, Any] = {"position": {"line": 0, "character": len(text)}}
        for what in ("completion", "hover", "signatureHelp", "definition", "documentHighlight"):
            editor.ask(f"textDocument/{what}", editor.about(**place))
        editor.ask("textDocument/documentSymbol", editor.about())
        editor.ask("textDocument/semanticTokens/full", editor.about())
        asked = editor.about(**place, context={"includeDeclaration": True})
        assert isinstance(editor.ask("textDocument/references", asked), list)


def test_a_session_goes_over_the_wire_as_it_is_kept() -> None:
    """`python -m tests.cli.lsp_session` writes it anew where what is told has changed."""
    assert session() == FILE.read_text(encoding="utf-8")
