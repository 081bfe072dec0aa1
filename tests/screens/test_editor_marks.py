"""The editor's colors are what the language's scanner reads, whatever is typed, however edited."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from lefi_tui.lang.scanner import scan
from lefi_tui.lang.tokens import Kind, Token
from widgets.editor_marks import INKS, Marks, marked_line
from widgets.ink import Ink

WORDS = st.sampled_from(
    [
        *["if", "Buy", "x", "1", "25%", "5m", "100 USDT", '"a {b} c"', '"', ".", "\n", " ", "{"],
        *[
            "}",
            "//",
            "/*",
            "*/",
            "#",
            "'",
            "=",
            "1var",
            "event.",
            "?",
            ":",
            "\t",
            "é",
            "日",
            "\x1b",
            "“",
        ],
    ]
)
TEXTS = st.lists(WORDS, max_size=40).map("".join) | st.text(max_size=60)


def letters(text: str) -> list[Ink | None]:
    """The color of each letter as the whole text is scanned at once."""
    inks: list[Ink | None] = [None] * len(text)

    def put(tokens: tuple[Token, ...]) -> None:
        for each in tokens:
            if each.kind in INKS:
                length = each.span.end - each.span.start
                inks[each.span.start : each.span.end] = [INKS[each.kind]] * length
            for part in each.parts:
                if not isinstance(part, str):
                    put(part)

    scanned = scan(text)
    put(scanned.comments)
    put(scanned.tokens)
    return [None if letter == "\n" else ink for letter, ink in zip(text, inks, strict=True)]


def drawn(marks: Marks, text: str) -> list[Ink | None]:
    """The color of each letter as the editor has it, line by line."""
    lines = text.split("\n")
    marks.sync(lines)
    out: list[Ink | None] = []
    for row, line in enumerate(lines):
        inks: list[Ink | None] = [None] * len(line)
        for mark in marks.of(row):
            inks[mark.start : mark.end] = [mark.ink] * (mark.end - mark.start)
        assert len(inks) == len(line)
        out += [*inks, None]
    return out[:-1]


def test_a_line_is_colored_by_its_words() -> None:
    line = 'if Spot("BTC") > 100 USDT { x = 5% } // why'
    marks = {line[mark.start : mark.end]: mark.ink for mark in marked_line(line).marks}
    assert marks == {
        "if": Ink.KEYWORD,
        "Spot": Ink.METHOD,
        '"BTC"': Ink.QUOTED,
        "100 USDT": Ink.NUMBER,
        "5%": Ink.NUMBER,
        "x": Ink.TEXT,
        **dict.fromkeys(("(", ")", ">", "{", "=", "}"), Ink.DIM),
        "// why": Ink.DIM,
    }


def test_an_expression_in_a_text_has_its_own_colors() -> None:
    line = 'Print("at {Spot(symbol)} now")'
    found = {(line[mark.start : mark.end], mark.ink) for mark in marked_line(line).marks}
    assert ('"at {Spot(symbol)} now"', Ink.QUOTED) in found
    assert ("Spot", Ink.METHOD) in found


def test_an_old_comment_goes_on_over_lines_only_if_it_ends_somewhere() -> None:
    marks = Marks()
    assert drawn(marks, "/* a\nif\n")[-3:-1] == [Ink.KEYWORD] * 2
    assert drawn(marks, "/* a\nif\n*/")[5:7] == [Ink.DIM] * 2
    assert drawn(marks, "/* a\nif\n*")[5:7] == [Ink.KEYWORD] * 2


@settings(max_examples=300)
@given(text=TEXTS)
def test_any_text_is_colored_line_by_line_as_the_scanner_reads_it_whole(text: str) -> None:
    assert drawn(Marks(), text) == letters(text)


@settings(max_examples=200)
@given(texts=st.lists(TEXTS, min_size=2, max_size=5), data=st.data())
def test_after_any_edits_the_colors_are_those_of_the_text_as_it_is(
    texts: list[str], data: st.DataObject
) -> None:
    marks, text = Marks(), ""
    for inserted in texts:
        start = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(start, len(text)))
        text = text[:start] + inserted + text[end:]
        assert drawn(marks, text) == letters(text)


def test_a_changed_line_leaves_the_marks_of_all_others_as_they_are() -> None:
    lines = [f"x{number} = {number}" for number in range(100)]
    marks = Marks()
    marks.sync(lines)
    before = [marks.of(row) for row in range(100)]
    marks.sync([*lines[:50], "y = 1", "z = 2", *lines[51:]])
    after = [marks.of(row) for row in range(101)]
    assert all(old is new for old, new in zip(before[:50], after[:50], strict=True))
    assert all(old is new for old, new in zip(before[51:], after[52:], strict=True))


def test_every_kind_of_word_has_a_color() -> None:
    assert set(Kind) - set(INKS) == {Kind.LINE_END, Kind.END}
