"""What an editor and `lefi lsp` mean by a text: incremental changes, columns, messages, fixes."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lefi_tui.adapters.lsp_places import Place, Places, Units
from lefi_tui.cli import main
from lefi_tui.lang.diagnostic import applied
from lefi_tui.lang.examine import examined
from lefi_tui.lang.formatter import formatted
from tests.cli.lsp_kit import UNITS_BYTES, URI, Editor

# Letters of one, two, three and four bytes; a pair in UTF-16; a sign of two letters.
MIXED = '// 🚀 наблюдает 市場を見る é\nNotify("🚀市") Byu(1)\n/* 🚀 */ x = "👩‍🚀" + Byu(2)\n'


@pytest.mark.parametrize("units", UNITS_BYTES)
def test_a_message_stands_under_its_word_behind_any_letters(units: str) -> None:
    with Editor(encodings=[units]) as editor:
        assert editor.units == units
        editor.open(MIXED)
        found = editor.told()["diagnostics"]
        words = [editor.words(each["range"]) for each in found if each["code"] == "LF203"]
        assert words == ["Byu", "Byu"]
        own = [MIXED[each.span.start : each.span.end] for each in examined(MIXED).diagnostics]
        assert [editor.words(each["range"]) for each in found] == own


def test_an_editor_that_says_nothing_counts_in_utf_16_and_the_first_it_names_is_taken() -> None:
    with Editor() as editor:
        assert editor.units == "utf-16"
    with Editor(encodings=["utf-32", "utf-16"]) as editor:
        assert editor.units == "utf-32"


PIECES = ["🚀", "市場", "é", "a ", "\n//   ", "\u2028", "\x0c", ""]


def test_typed_anywhere_the_text_stays_the_same_on_both_sides() -> None:
    """Its edits to the style show what the server holds: a letter off, and they would miss."""
    chance = random.Random(9)
    with Editor() as editor:
        editor.open("//   begins   \n//   🚀🚀🚀   \n")
        for number in range(40):
            at = chance.randrange(2, len(editor.text))
            old = editor.text[at : at + chance.randrange(3)]
            if not {"\n", "/"} & {*old, *editor.text[at - 1 : at + 1]}:  # all stays a comment
                editor.type_at(at, len(old), chance.choice(PIECES))
            edits = editor.restyled()
            assert editor.applied(edits) == formatted(editor.text).text, number


LETTERS = st.text(st.sampled_from("ab\r\n\x0c\u2028é市🚀"), max_size=30)


@given(LETTERS, st.sampled_from(Units))
def test_every_letter_has_a_place_and_every_place_its_letter(text: str, units: Units) -> None:
    places = Places(text, units)
    code, size = UNITS_BYTES[units]
    for offset in range(len(text) + 1):
        if text[max(0, offset - 1) : offset + 1] == "\r\n":
            continue  # between the two is no place
        before = text[:offset].replace("\r\n", "\n").replace("\r", "\n")
        row = before.rpartition("\n")[2].encode(code)
        assert places.place(offset) == (before.count("\n"), len(row) // size)
        assert places.offset(places.place(offset)) == offset


@given(LETTERS, st.integers(-2, 40), st.integers(-2, 40), st.sampled_from(Units))
def test_a_place_past_an_end_is_that_end(text: str, line: int, column: int, units: Units) -> None:
    offset = Places(text, units).offset(Place(line, column))
    assert 0 <= offset <= len(text)
    rows = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    assert Places(text, units).place(offset).line == min(max(line, 0), len(rows) - 1)


def test_half_a_letter_is_before_it() -> None:
    assert Places("🚀x").offset(Place(0, 1)) == 0
    assert Places("市x", Units.UTF8).offset(Place(0, 2)) == 0


def test_a_text_told_whole_takes_the_place_of_the_one_before() -> None:
    with Editor() as editor:
        editor.open("y = Byu(1)\n")
        assert editor.told()["diagnostics"]
        of = {"uri": URI, "version": 7}
        changes = [{"text": "// nothing\n"}]
        editor.say("textDocument/didChange", {"textDocument": of, "contentChanges": changes})
        assert editor.told() == {"uri": URI, "version": 7, "diagnostics": []}


# ---- messages, fixes, style

OLDER = """# asks 🚀
setting size = 120% in 1%..200%
unused = 5
if Spot("BTC/USDT")>100 then Byu("BTC/USDT", 5%) end
"""


def test_a_message_has_its_code_its_title_its_reason_and_what_to_do() -> None:
    with Editor() as editor:
        editor.open(OLDER)
        found = {each["code"]: each for each in editor.told()["diagnostics"]}
    unknown = found["LF203"]
    assert unknown["message"] == "Unknown method. There is no `Byu`.\nHint: Write Buy"
    assert (unknown["severity"], unknown["source"]) == (1, "lefi")
    assert (found["LF107"]["severity"], found["LF107"]["tags"]) == (2, [2])


def test_every_message_is_one_that_the_check_says() -> None:
    with Editor() as editor:
        editor.open(OLDER)
        told = editor.told()["diagnostics"]
    own = examined(OLDER).diagnostics
    assert [(each["code"], editor.offset(each["range"]["start"])) for each in told] == [
        (each.code, each.span.start) for each in own
    ]


def test_a_fix_taken_in_the_editor_is_the_fix_of_the_check() -> None:
    with Editor() as editor:
        editor.open(OLDER)
        own = [each.fix for each in examined(OLDER).diagnostics if each.fix]
        asked = editor.about(range=editor.everywhere(), context={"diagnostics": []})
        found = editor.ask("textDocument/codeAction", asked)
        assert [each["title"] for each in found] == [each.title for each in own]
        assert {each["kind"] for each in found} == {"quickfix"}
        for action, fix in zip(found, own, strict=True):
            (change,) = action["edit"]["documentChanges"]
            assert change["textDocument"] == {"uri": URI, "version": 1}
            assert editor.applied(change["edits"]) == applied(OLDER, fix)


def test_fixes_are_those_of_the_place_asked_about_and_of_the_kind_asked_for() -> None:
    with Editor() as editor:
        editor.open(OLDER)
        there = editor.place(OLDER.index("Byu") + 1)
        at = {"start": there, "end": there}
        asked = editor.about(range=at, context={"diagnostics": []})
        (only,) = editor.ask("textDocument/codeAction", asked)
        assert only["title"] == "Write Buy"
        other = {"diagnostics": [], "only": ["source.organizeImports"]}
        assert editor.ask("textDocument/codeAction", editor.about(range=at, context=other)) == []


def test_the_style_is_that_of_lefi_fmt(tmp_path: Path) -> None:
    rough = '# 🚀\nif Spot("BTC/USDT")>100 then Notify("市")   end\n\n\n\nx=1\nPrint("{x}")'
    file = tmp_path / "a.lefi"
    file.write_text(rough)
    assert main(["fmt", str(file)]) == 0
    with Editor() as editor:
        editor.open(rough)
        edits = editor.restyled()
        assert editor.applied(edits) == file.read_text()
        editor.open(file.read_text())
        assert editor.restyled() == []


def test_an_edit_to_the_style_leaves_lines_that_are_so_alone() -> None:
    with Editor() as editor:
        editor.open("x = 1\ny=2\nz = 3\n")
        (edit,) = editor.restyled()
        assert (editor.words(edit["range"]), edit["newText"]) == ("y=2\n", "y = 2\n")


def test_lines_that_end_as_on_windows_go_on_doing_so() -> None:
    with Editor() as editor:
        editor.open("x = 1\r\ny=2\r\n")
        (edit,) = editor.restyled()
        assert edit["newText"] == "y = 2\r\n"
        assert edit["range"]["start"] == {"line": 1, "character": 0}


def test_what_cant_be_read_is_left_as_it_is() -> None:
    with Editor() as editor:
        editor.open("x = (\n")
        assert editor.restyled() is None


def test_words_are_colored_by_the_scanners_kinds() -> None:
    with Editor() as editor:
        editor.open('// 🚀\nprice = 2 * 50 USDT\nNotify("🚀 {price + 1} {Spot("BTC/USDT")}!")\n')
        names = editor.can["semanticTokensProvider"]["legend"]["tokenTypes"]
        data = editor.ask("textDocument/semanticTokens/full", editor.about())["data"]
        line = column = 0
        shown = []
        for on, since, length, kind, _ in zip(*[iter(data)] * 5, strict=True):
            line, column = line + on, since if on else column + since
            ends = ({"line": line, "character": column + more} for more in (0, length))
            word = editor.words(dict(zip(("start", "end"), ends, strict=True)))
            shown.append((word, names[kind]))
    assert shown == [
        ("// 🚀", "comment"),
        ("price", "variable"),
        ("2", "number"),
        ("50 USDT", "number"),
        ("Notify", "function"),
        ('"🚀 {', "string"),
        ("price", "variable"),
        ("1", "number"),
        ("} {", "string"),
        ("Spot", "function"),
        ('"BTC/USDT"', "string"),
        ('}!"', "string"),
    ]
