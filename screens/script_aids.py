"""What stands by a person who writes a script: signatures, what a name is, where it comes from.

What needs the whole script is worked out beside the screen; an answer that comes when the cursor
stands elsewhere is dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Final

from lefi_tui.core.record import Record
from lefi_tui.lang.authoring.analysis import Analysis, analysed
from lefi_tui.lang.authoring.records import Completion, Hover, Signature
from lefi_tui.lang.diagnostic import Edit
from lefi_tui.lang.source import Span as Stretch
from screens.beside import Newest
from screens.framed import Framed
from widgets.block import wrapped
from widgets.editor import ScriptEditor
from widgets.editor_popup import BAR_WIDTH, Popup
from widgets.ink import Ground, Ink
from widgets.lines import Frame, Row, Span, keys_told, padded
from widgets.rename_line import RenameLine

HOVER_WIDTH_MAX: Final = 68
HOVER_LINES_MAX: Final = 8  # of one sentence
BACK_MAX: Final = 100
HINTS: Final = {  # those of them that the screen has
    "help": "help",
    "edit_complete": "what fits",
    "hover": "what it is",
    "live": "live",
    "contract": "contract",
}
MARGIN: Final = 2
NO_NAME: Final = "No name that the script gives stands at the cursor."
Told = Callable[[], None]  # what is to be done with an answer


class Asked(Record):
    """`offset` is the cursor's, in letters."""

    text: str
    offset: int
    what: str


class ScriptAids:
    """`listed` is given the places where a name is used; a screen without a list never asks."""

    def __init__(
        self,
        screen: Framed,
        editor: ScriptEditor,
        listed: Callable[[str, tuple[Stretch, ...]], None] | None = None,
    ) -> None:
        self._screen = screen
        self._editor = editor
        self._listed = listed
        self._say: Callable[[str], None] = lambda words: screen.notice(words, about=editor.text)
        self._before: list[tuple[int, int]] = []  # where the cursor came from
        self._asked: Newest[Asked, Told] = Newest(screen, self._worked, self._came, 0)
        self.rename = RenameLine(self._renamed)
        editor.rested = self._rested

    def opened(self) -> None:
        """Another script: there is nothing to go back to."""
        self._before.clear()

    def line(self, room: int) -> list[Span]:
        """About the row of what is offered that is pointed at, else the call around the cursor;
        where what is said above leaves some cells of its line, keys that help."""
        offered = self._editor.offered
        if offered is not None:
            return offered_spans(offered)
        signature = analysed(self._editor.text).signature(self._editor.here)
        if signature is not None:
            return signature_spans(signature)
        return self._hints() if room > MARGIN else []

    def _hints(self) -> list[Span]:
        table, groups = self._screen.table, self._screen.GROUPS
        there = [name for name in HINTS if table.has(name, groups)]
        return keys_told([(table.shown(name), HINTS[name]) for name in there])

    # ---- asked by a key

    def carry_out(self, what: str) -> None:
        """One of: hover, definition, uses, rename, back."""
        if what == "back":
            self._back()
        else:
            self._asked.offer(Asked(self._editor.text, self._editor.here, what))

    def _worked(self, asked: Asked) -> Told:
        """In a thread."""
        works: Mapping[str, Callable[[Analysis, int], Told]] = {
            "hover": self._hover,
            "rest": self._rest,
            "definition": self._definition,
            "uses": self._uses,
            "rename": self._rename,
        }
        return works[asked.what](analysed(asked.text), asked.offset)

    def _came(self, asked: Asked, told: Told) -> None:
        is_there = asked.what == "rest" or self._editor.here == asked.offset
        if is_there and self._editor.text == asked.text:
            told()

    def _hover(self, analysis: Analysis, offset: int) -> Told:
        hovers = (analysis.hover(each) for each in places_near(analysis.text, offset))
        found = next((each for each in hovers if each is not None), None)
        at = Stretch(offset, offset)
        return partial(self._show, found or Hover(at, "Nothing is known about what stands here."))

    def _show(self, found: Hover) -> None:
        self._editor.show_popup(self._popup_of(found))

    def _popup_of(self, found: Hover) -> Popup:
        rows = hover_rows(found, self._editor.size.width - self._editor.gutter_width - BAR_WIDTH)
        return self._editor.popup_at(found.span.start, rows)

    def _rested(self, offset: int) -> None:
        self._asked.offer(Asked(self._editor.text, offset, "rest"))

    def _rest(self, analysis: Analysis, offset: int) -> Told:
        """Of the word under the mouse; of what nothing is known, nothing is said."""
        found = analysis.hover(offset)
        return _nothing if found is None else partial(self._show_rest, offset, found)

    def _show_rest(self, offset: int, found: Hover) -> None:
        self._editor.explain_rest(offset, found.span, self._popup_of(found))

    def _definition(self, analysis: Analysis, offset: int) -> Told:
        found = analysis.definition(offset)
        if found is None:
            return partial(self._say, self._no_definition(analysis, offset))
        return partial(self._go, found)

    def _no_definition(self, analysis: Analysis, offset: int) -> str:
        found = analysis.hover(offset)
        if found is None or not found.name:
            return NO_NAME
        key = self._screen.table.shown("hover")
        return f"{found.name} comes with the language; {key} says what it is."

    def _go(self, span: Stretch) -> None:
        self.from_here()
        self._editor.point(span)

    def from_here(self) -> None:
        """The place that a later step back comes to."""
        self._before = [*self._before[1 - BACK_MAX :], self._editor.cursor_location]

    def _back(self) -> None:
        if self._before:
            self._editor.move_cursor(self._before.pop(), center=True)
        else:
            self._say("There is no place to go back to.")

    def _uses(self, analysis: Analysis, offset: int) -> Told:
        found = analysis.references(offset)
        if not found:
            return partial(self._say, NO_NAME)
        assert self._listed is not None, "a screen that asks has a list"
        return partial(self._listed, analysis.text, found)

    def _rename(self, analysis: Analysis, offset: int) -> Told:
        found = analysis.references(offset)
        if not found:
            return partial(self._say, NO_NAME)
        name = analysis.text[found[0].start : found[0].end]
        return partial(self.rename.begin, name, partial(analysis.renamed, offset))

    def _renamed(self, edits: Sequence[Edit]) -> None:
        self._editor.rename(edits)
        self._editor.focus()
        count = len(edits)
        self._say(f"Renamed in {count} place{'' if count == 1 else 's'}.")


def _nothing() -> None:
    """There is nothing to tell."""


def places_near(text: str, offset: int) -> Iterator[int]:
    """The cursor's own, the letter before it, and the name of the call that it stands in or right
    behind."""
    yield offset
    before, closed = range(offset - 1, text.rfind("\n", 0, offset), -1), 0
    yield from before[:1]
    for at in before:
        is_behind = at == offset - 1 and text[at] == ")"
        if text[at] == ")" and not is_behind:
            closed += 1
        elif text[at] == "(" and closed:
            closed -= 1
        elif text[at] == "(":
            yield max(0, at - 1)
            return


# ---- words


def offered_spans(row: Completion) -> list[Span]:
    said = row.docs.split("\n")[0] or row.kind
    is_form = row.label in row.detail  # which has the name in it
    words = row.detail if is_form else f"{row.label}  {row.detail}".rstrip()
    return [(f" {words}  ", Ink.TEXT), (said, Ink.DIM)]


def signature_spans(signature: Signature) -> list[Span]:
    """Its form, the argument at the cursor in the strong ink, and what that one takes."""
    form = signature.form
    if not 0 <= signature.active < len(signature.params):
        return [(f" {form}  {signature.docs}", Ink.DIM)]
    start, end = signature.params[signature.active]
    return [
        (f" {form[:start]}", Ink.DIM),
        (form[start:end], Ink.TITLE),
        (f"{form[end:]}  ", Ink.DIM),
        (signature.docs, Ink.TEXT),
    ]


def hover_rows(found: Hover, width: int) -> tuple[Row, ...]:
    """The name with its unit, then what it is, wrapped."""
    room = min(width, HOVER_WIDTH_MAX) - 2
    head: list[Span] = [(f" {found.title}", Ink.TITLE)]
    if found.unit:
        head.append((f"  {found.unit}", Ink.NUMBER))
    docs = [each.replace("`", "") for each in found.docs]
    lines = [line for each in docs for line in wrapped(each, room, HOVER_LINES_MAX, "…")]
    spans = [head, *([(f" {line}", Ink.TEXT)] for line in lines)]
    widest = max(sum(len(text) for text, _ in each) for each in spans) + 1
    frame = Frame(min(room + 2, widest), 1)
    return tuple(padded(each, frame, Ground.POPUP) for each in spans)
