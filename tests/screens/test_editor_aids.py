"""What stands by a person who writes a script, by keys: offers, signatures, names and places."""

from __future__ import annotations

from pathlib import Path

import pytest

from lefi_tui.lang.authoring.records import Completion, Completions, Hover, Signature
from lefi_tui.lang.diagnostic import Edit
from lefi_tui.lang.source import Span
from screens.script_aids import hover_rows, places_near, signature_spans
from tests.screens.hand_fed import busy
from tests.screens.scripts_kit import RIGHT, Scripts, folder, opened
from tests.screens.test_editor import editing
from widgets.editor_offer import Offer, drawn, opens_by_itself
from widgets.editor_popup import Popup, barred, placed
from widgets.ink import PALETTES, Glyphs, Ground, Ink, Palette
from widgets.lines import Frame, Row, padded

INSIDE = 'on Candle("BTC/USDT", 5m) {\n    x = \n}'
THREE = Completions(
    Span(0, 1), tuple(Completion(each, "name", each) for each in ("aa", "ab", "ac"))
)


# ---- as data


def test_the_first_row_is_a_proposal_until_a_person_moves_to_one() -> None:
    offer = Offer(THREE)
    assert not offer.is_chosen
    assert (offer.moved(1).at, offer.moved(1).is_chosen) == (1, True)
    assert offer.moved(1).moved(1).moved(1).at == 0
    assert offer.moved(-1).at == 2
    assert offer.moved(1).moved(8).at == 2


@pytest.mark.parametrize(
    ("text", "rows", "opens"),
    [("a", THREE.rows, True), ("1", THREE.rows, False), ("", THREE.rows, False), ("a", (), False)],
)
def test_an_offer_opens_by_itself_only_while_a_name_is_typed(
    text: str, rows: tuple[Completion, ...], *, opens: bool
) -> None:
    assert opens_by_itself(Completions(Span(0, len(text)), rows), text, len(text)) is opens


def test_what_stands_there_already_is_not_offered_alone() -> None:
    one = Completions(Span(0, 2), THREE.rows[:1])
    assert not opens_by_itself(one, "aa", 2)


@pytest.mark.parametrize("height", [1, 2, 8])
def test_the_row_that_is_pointed_at_is_always_drawn(height: int) -> None:
    for at in range(3):
        rows = drawn(Offer(THREE, at, is_chosen=True), height, 40, Glyphs())
        assert len(rows) == min(3, height)
        assert len({len(row.text) for row in rows}) == 1
        assert [row.text.startswith(f"▸a{'abc'[at]}") for row in rows].count(True) == 1


def test_a_popup_stands_below_its_letter_above_it_at_the_foot_and_never_outside() -> None:
    popup = Popup((Row((("x" * 10, Ink.TEXT),)),) * 3, 0, 0)
    assert placed(popup, (2, 5), (10, 40)) == (3, 5)
    assert placed(popup, (8, 35), (10, 40)) == (5, 30)
    assert placed(popup, (0, 0), (2, 40)) == (1, 0)


def test_the_argument_at_the_cursor_is_in_the_strong_ink() -> None:
    spans = signature_spans(Signature("EMA(x, n)", ((4, 5), (7, 8)), 1, "n: a length"))
    assert [text for text, ink in spans if ink is Ink.TITLE] == ["n"]
    assert "".join(text for text, _ in spans) == " EMA(x, n)  n: a length"


def test_what_a_name_is_fits_the_room_with_rows_of_one_width() -> None:
    rows = hover_rows(Hover(Span(0, 1), "x", "USDT", ("words " * 30,)), 40)
    (width,) = {len(row.text) for row in rows}
    assert width <= 40
    assert len(rows) > 4
    assert rows[0].text.startswith(" x  USDT")


# ---- by keys, in the editor


@pytest.mark.asyncio
async def test_tab_takes_the_first_that_is_offered_and_the_cursor_stands_in_its_call() -> None:
    async with editing(INSIDE) as (editor, pilot, app):
        editor.move_cursor((1, 8))
        await pilot.press(*"Stoch")
        assert "▹Stochastic" in app.text
        await pilot.press("tab", *"14")
        assert editor.document[1] == "    x = Stochastic(14)"
        assert "▹" not in app.text
        await pilot.press("ctrl+z", "ctrl+z")
        assert editor.document[1] == "    x = Stoch"


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ((*"Stoch", "tab", *"(14)"), "    x = Stochastic(14)"),
        ((*"Stoch", "tab", *"((9 + 5)"), "    x = Stochastic((9 + 5))"),
        ((*"Stoch", "tab", *"14(2"), "    x = Stochastic(14(2))"),
        ((*"Equi", "tab", *"() * 2"), "    x = Equity() * 2"),
        ((*"(Equi", "tab", *")) * 2"), "    x = (Equity()) * 2"),
        ((*"OB", "tab", *"() * 2"), "    x = OBV() * 2"),
        ((*"(OB", "tab", *") * 2"), "    x = (OBV()) * 2"),
        ((*"Equi", "tab", "left", "right", "("), "    x = Equity(())"),
    ],
)
async def test_a_hand_that_goes_on_typing_what_tab_put_in_doubles_nothing(
    typed: tuple[str, ...], line: str
) -> None:
    async with editing(INSIDE) as (editor, pilot, _):
        editor.move_cursor((1, 8))
        await pilot.press(*typed)
        assert editor.document[1] == line


@pytest.mark.asyncio
async def test_what_was_typed_over_costs_no_step_of_undo() -> None:
    async with editing(INSIDE) as (editor, pilot, _):
        editor.move_cursor((1, 8))
        await pilot.press(*"Equi", "tab", *"()")
        assert editor.document[1] == "    x = Equity()"
        assert editor.cursor_location == (1, len("    x = Equity()"))
        await pilot.press("ctrl+z")
        assert editor.document[1] == "    x = Equi"
        await pilot.press("ctrl+z")
        assert editor.document[1] == "    x = "


@pytest.mark.asyncio
async def test_a_market_taken_from_the_list_is_not_closed_twice() -> None:
    async with editing("on Candle(") as (editor, pilot, _):
        editor.market = ("BTC/USDT", "ETH/USDT")
        editor.move_cursor((0, 10))
        await pilot.press('"', "E", "tab", '"', ",")
        assert editor.text == 'on Candle("ETH/USDT",'


@pytest.mark.asyncio
async def test_a_burst_finds_the_offer_in_its_place() -> None:
    async with editing(INSIDE) as (editor, pilot, _):
        editor.move_cursor((1, 8))
        await pilot.press(*"Stoch", "tab", *"14", "end", "enter", "y")
        assert editor.text.split("\n")[1:3] == ["    x = Stochastic(14)", "    y"]


@pytest.mark.asyncio
async def test_enter_is_a_new_line_until_a_person_chose_a_row() -> None:
    async with editing(INSIDE) as (editor, pilot, app):
        editor.move_cursor((1, 8))
        await pilot.press(*"clo", "enter")
        assert editor.document[1] == "    x = clo"
        await pilot.press("up", "end")
        await pilot.press("s")
        assert "▹close" in app.text
        await pilot.press("down", "up")
        assert "▸close" in app.text
        await pilot.press("enter")
        assert editor.document[1] == "    x = close"


@pytest.mark.asyncio
async def test_escape_closes_the_offer_and_stays_in_the_text() -> None:
    async with editing(INSIDE) as (editor, pilot, app):
        editor.move_cursor((1, 8))
        await pilot.press(*"clo")
        assert "▹close" in app.text
        await pilot.press("escape")
        assert "▹close" not in app.text
        assert editor.text == INSIDE.replace("x = ", "x = clo")
        await pilot.press("s", "space")
        assert "▹" not in app.text


@pytest.mark.asyncio
async def test_only_what_is_typed_opens_an_offer() -> None:
    async with editing(INSIDE) as (editor, pilot, app):
        editor.move_cursor((1, 8))
        await pilot.press(*"clo")
        at = editor.text.index("clo")
        editor.apply([Edit(Span(at, at + 3), "clos")])
        await pilot.pause()
        assert editor.document[1] == "    x = clos"
        assert "▹" not in app.text


@pytest.mark.asyncio
async def test_asked_for_it_lists_all_that_fits_and_enter_takes_it() -> None:
    async with editing(INSIDE) as (editor, pilot, app):
        editor.move_cursor((1, 8))
        editor.carry_out("complete")
        await pilot.pause()
        assert "▸open" in app.text
        await pilot.press("down", "enter")
        assert editor.document[1] == "    x = high"


@pytest.mark.asyncio
async def test_nothing_is_offered_in_a_comment_and_asked_for_it_says_so() -> None:
    async with editing("// a") as (editor, pilot, app):
        editor.move_cursor((0, 4))
        await pilot.press("b")
        assert "▹" not in app.text
        editor.carry_out("complete")
        await pilot.pause()
        assert "nothing is known to fit here" in app.text
        await pilot.press("left")
        assert "nothing is known" not in app.text


# ---- by keys, on the screen


@pytest.mark.asyncio
async def test_the_markets_of_the_desk_are_offered_where_a_text_names_one(tmp_path: Path) -> None:
    async with opened(folder(tmp_path, mine=RIGHT), fed=busy()) as scripts:
        await scripts.open("mine")
        await scripts.until(lambda: bool(scripts.editor.market))
        scripts.editor.move_cursor((3, 0))
        await scripts.type('on Candle("')
        await scripts.shows("▹BTC/USDT")
        await scripts.shows(" ETH/USDT")


@pytest.mark.asyncio
async def test_where_nothing_else_is_said_the_keys_that_help_are(tmp_path: Path) -> None:
    async with opened(folder(tmp_path, mine=RIGHT)) as scripts:
        await scripts.open("mine")
        await scripts.shows(
            "F1 help  Alt+E what fits  Alt+I what it is  Alt+V live  Alt+C contract"
        )
        scripts.editor.move_cursor((4, 12))
        await scripts.shows("Candle(")
        await scripts.until(lambda: "what fits" not in scripts.text)


@pytest.mark.asyncio
async def test_what_a_name_is_lies_over_the_text_until_the_next_key(tmp_path: Path) -> None:
    async with opened(folder(tmp_path, mine=RIGHT)) as scripts:
        await scripts.open("mine")
        scripts.editor.move_cursor((5, 10))
        await scripts.press("alt+i")
        await scripts.shows("USDT per BTC")
        await scripts.press("left")
        await scripts.until(lambda: "USDT per BTC" not in scripts.text)


@pytest.mark.asyncio
async def test_a_word_under_the_resting_mouse_is_explained_until_it_moves_or_a_key_comes(
    tmp_path: Path,
) -> None:
    async with opened(folder(tmp_path, mine=RIGHT)) as scripts:
        await scripts.open("mine")
        begin = scripts.editor.gutter_width
        word, blank = (begin + 8, 5), (begin + 30, 8)
        await scripts.pilot.hover(scripts.editor, word)
        await scripts.shows("USDT per BTC")
        await scripts.pilot.hover(scripts.editor, (begin + 10, 5))  # still in its word
        assert "USDT per BTC" in scripts.text
        await scripts.pilot.hover(scripts.editor, blank)
        await scripts.until(lambda: "USDT per BTC" not in scripts.text)
        await scripts.pilot.hover(scripts.editor, word)
        await scripts.shows("USDT per BTC")
        await scripts.press("down")
        await scripts.until(lambda: "USDT per BTC" not in scripts.text)


@pytest.mark.asyncio
async def test_a_key_ends_the_mouses_rest_before_it_is_told(tmp_path: Path) -> None:
    async with opened(folder(tmp_path, mine=RIGHT)) as scripts:
        await scripts.open("mine")
        told: list[int] = []
        scripts.editor.rested = told.append
        await scripts.pilot.hover(scripts.editor, (scripts.editor.gutter_width + 8, 5))
        timer = scripts.editor._rest_timer
        assert timer is not None
        await scripts.press("down")
        assert scripts.editor._rest_timer is None
        assert timer._task is None or timer._task.done() or timer._task.cancelling()
        assert not told


def test_the_call_around_a_place_and_right_before_it_is_found() -> None:
    text = "y = Max(a, Min(b, c)) + 1"
    assert 6 in places_near(text, 9)  # inside
    assert 6 in places_near(text, 21)  # right behind
    assert 13 in places_near(text, 20)  # behind the inner one
    assert list(places_near(text, 24)) == [24, 23]


@pytest.mark.asyncio
async def test_where_nothing_is_known_a_box_says_so_which_escape_closes(tmp_path: Path) -> None:
    async with opened(folder(tmp_path, mine=RIGHT)) as scripts:
        await scripts.open("mine")
        scripts.editor.move_cursor((3, 0))
        await scripts.press("alt+i")
        await scripts.shows("Nothing is known about what stands here.")
        await scripts.press("escape")
        await scripts.until(lambda: "Nothing is known" not in scripts.text)
        assert scripts.app.focused is scripts.editor


async def _at_fast(scripts: Scripts) -> None:
    await scripts.open("mine")
    scripts.editor.move_cursor((5, 16))


@pytest.mark.asyncio
async def test_the_cursor_goes_to_where_a_name_is_made_and_back(tmp_path: Path) -> None:
    async with opened(folder(tmp_path, mine=RIGHT)) as scripts:
        await _at_fast(scripts)
        await scripts.press("alt+w")
        await scripts.until(lambda: scripts.editor.cursor_location == (2, 8))
        await scripts.press("alt+z")
        assert scripts.editor.cursor_location == (5, 16)
        await scripts.press("alt+z")
        await scripts.shows("There is no place to go back to.")
        scripts.editor.move_cursor((5, 22))
        await scripts.press("alt+w")
        await scripts.shows("Print comes with the language; Alt+I says what it is.")


@pytest.mark.asyncio
async def test_all_places_of_a_name_are_listed_and_gone_to(tmp_path: Path) -> None:
    async with opened(folder(tmp_path, mine=RIGHT)) as scripts:
        await _at_fast(scripts)
        await scripts.press("alt+p")
        await scripts.shows("fast: 2 places")
        await scripts.press("down", "enter")
        await scripts.until(lambda: scripts.app.focused is scripts.editor)
        assert scripts.editor.cursor_location == (2, 8)
        await scripts.press("alt+p")
        await scripts.until(lambda: "2 places" not in scripts.text)


@pytest.mark.asyncio
async def test_a_name_becomes_another_in_all_its_places_as_one_step(tmp_path: Path) -> None:
    async with opened(folder(tmp_path, mine=RIGHT)) as scripts:
        await _at_fast(scripts)
        await scripts.press("alt+n")
        await scripts.shows("fast becomes")
        await scripts.type("if")
        await scripts.shows("`if` is a word of the language")
        await scripts.press("enter")
        assert scripts.editor.text == RIGHT
        await scripts.press("backspace", "backspace")
        await scripts.type("quick")
        await scripts.shows("2 places: Enter renames")
        await scripts.press("enter")
        assert scripts.editor.text == RIGHT.replace("fast", "quick")
        assert scripts.app.focused is scripts.editor
        assert scripts.editor.cursor_location == (5, 16)
        await scripts.press("ctrl+z")
        assert scripts.editor.text == RIGHT


@pytest.mark.asyncio
async def test_what_lies_over_a_text_has_a_bar_that_needs_no_color() -> None:
    async with editing(INSIDE) as (editor, pilot, app):
        editor.move_cursor((1, 8))
        await pilot.press(*"Stoch")
        (line,) = [each for each in app.text.split("\n") if "▹Stochastic" in each]
        assert "┃▹Stochastic" in line


@pytest.mark.parametrize("palette", PALETTES.values())
def test_what_lies_over_a_text_has_a_ground_of_its_own_in_every_palette(palette: Palette) -> None:
    grounds = palette.grounds
    others = (Ground.PAPER, Ground.POINTED, Ground.CURSOR)  # of a list's cursor: what is chosen
    assert grounds[Ground.POPUP] not in {grounds[each] for each in others}
    row = padded([("x", Ink.TEXT)], Frame(4, 1), Ground.POPUP)
    (barred_row,) = barred((row,), palette.glyphs)
    assert barred_row.text == f"{palette.glyphs.side}{row.text}"
    assert barred_row.ground is Ground.POPUP


@pytest.mark.asyncio
async def test_a_market_that_no_account_has_is_marked_and_a_slip_is_mended_by_a_key(
    tmp_path: Path,
) -> None:
    slip = RIGHT.replace("BTC/USDT", "BTC/USTD")
    async with opened(folder(tmp_path, mine=slip), (120, 40), fed=busy()) as scripts:
        await scripts.open("mine")
        await scripts.shows("Account demo has no market BTC/USTD.")
        await scripts.press("f8", "f9")
        await scripts.shows("No problems")
        assert "BTC/USDT" in scripts.editor.text
        assert "BTC/USTD" not in scripts.editor.text
