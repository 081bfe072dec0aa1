"""A list of a script's texts, and beside it what the one under the cursor would change.

What is read and compared is done in threads; of texts that are passed by quickly only the last is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar, Final

from rich.style import Style
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widget import Widget
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from lefi_tui.core.record import Record
from lefi_tui.core.script_version import Version
from lefi_tui.errors import LefiError, render
from lefi_tui.views.compared import NO_LINE, Compared
from lefi_tui.views.numbers import NS_PER_MS, moment
from screens.asking import Dialog
from screens.beside import Errands, Newest
from screens.keys import TEXTS, bindings, of_groups
from widgets.ink import Ink, Palette

WIDE: Final = 100  # columns, from which on the list has room for how each came about
LOOK_S: Final = 0.08  # a cursor that goes on asks nothing
READS: Final = "It is read."
LINES: Final = "Line by line"


class Choice(Record):
    """One text. `text` reads it and may raise a LefiError."""

    label: str
    told: str  # its name in a sentence
    text: Callable[[], str]
    settings: tuple[tuple[str, str], ...] = ()
    is_whole: bool = False
    named: str = ""  # as in UpdateBot


class Looked(Record):
    """What was found out about one of them: its text and the difference, or why there is none."""

    text: str = ""
    compared: Compared | None = None
    problem: str = ""


class TextsScreen(Dialog):
    GROUPS = (TEXTS,)
    CSS_PATH = "dialog.tcss"
    AUTO_FOCUS: ClassVar[str | None] = ""
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("back", *of_groups(TEXTS))]

    def __init__(self, title: str, palette: Palette) -> None:
        super().__init__()
        self._title, self._inks = title, palette.inks
        self.choices: Sequence[Choice] = ()
        self.looked = Looked()
        self._list = OptionList(markup=False)
        self._list.can_focus = False
        # Held, never looked up: an answer may come when the window is half taken down.
        self.window = Vertical(classes="window")
        self._lines = Static(READS, classes="words", markup=False)
        self._page = VerticalScroll(self._lines, can_focus=False)
        self._below = Static("", classes="words", markup=False)
        self.errands = Errands(self, self._complain)
        self._looks: Newest[int, Looked] = Newest(self, self._look, self._shown, LOOK_S)

    def compose(self) -> ComposeResult:
        self.window.border_title = self._title
        self.window.border_subtitle = self.hint()
        with self.window:
            with Horizontal():
                yield self._list
                yield self._page
            yield self._below
            yield from self.asked()

    def asked(self) -> Iterable[Widget]:
        """What stands below the texts."""
        return ()

    def hint(self) -> str:
        raise NotImplementedError

    def on_resize(self) -> None:
        self.set_class(self.size.width < WIDE, "-narrow")

    # ---- which text

    def offer(self, choices: Sequence[Choice]) -> None:
        """All of them; the cursor goes to the first."""
        self.choices = choices
        self._list.clear_options()
        self._list.add_options(Option(each.label) for each in choices)
        self._list.highlighted = 0 if choices else None
        self._page.display = bool(choices)
        self.look_again()

    @property
    def choice(self) -> Choice | None:
        at = self._list.highlighted
        return self.choices[at] if at is not None and at < len(self.choices) else None

    def look_again(self) -> None:
        if self.choice is not None:
            self.looked = Looked()
            self._looks.offer(self._list.highlighted or 0)

    def _look(self, at: int) -> Looked:
        """In a thread."""
        try:
            text = self.choices[at].text()
            return Looked(text, self.compared_with(at, text))
        except LefiError as error:
            return Looked(problem=render(error))

    def compared_with(self, at: int, text: str) -> Compared:
        raise NotImplementedError

    def _shown(self, _at: int, looked: Looked) -> None:
        self.looked = looked
        self.draw()

    def head(self) -> str:
        """What is compared with what."""
        return ""

    # ---- what is shown

    def draw(self) -> None:
        self._lines.update(self._told())

    def more(self) -> Sequence[str]:
        """What else is to be said of it, before the lines."""
        return ()

    def _told(self) -> Text:
        looked, page = self.looked, Text()
        if looked.compared is None:
            return page.append(
                looked.problem or READS, self._ink(Ink.LOSS) if looked.problem else ""
            )
        page.append(f"{self.head()}\n", "bold")
        for line in (*looked.compared.words, *self.more()):
            page.append(f"{line}\n", self._style_of(line))
        page.append(f"\n{LINES}\n", "bold")
        for line in looked.compared.lines or (NO_LINE,):
            page.append(f"{line}\n", self._style_of(line))
        return page

    def _style_of(self, line: str) -> Style:
        marks = {"+": Ink.GAIN, "-": Ink.LOSS, "@": Ink.DIM, "~": Ink.WARN}
        ink = marks.get(line.lstrip()[:1])
        if line.startswith(("It may spend more", "SHUT")):
            return Style.parse(self._inks[Ink.LOSS]) + Style(bold=True)
        return Style() if ink is None else Style.parse(self._inks[ink])

    def _ink(self, ink: Ink) -> Style:
        return Style.parse(self._inks[ink])

    def say(self, words: str, *, is_bad: bool = False) -> None:
        self._below.update(Text(words, self._ink(Ink.LOSS) if is_bad else ""))

    def _complain(self, error: LefiError) -> None:
        self.say(render(error), is_bad=True)

    # ---- what a person does

    def action_move(self, step: int) -> None:
        if self.choices:
            at = (self._list.highlighted or 0) + step
            self._list.highlighted = max(0, min(at, len(self.choices) - 1))
            self._page.scroll_home(animate=False)
            self.say("")
            self.look_again()

    def action_turn(self, step: int) -> None:
        self._page.scroll_relative(y=step * max(1, self._page.size.height - 1), animate=False)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self._list.highlighted = event.option_index
        self.look_again()

    def action_take(self) -> None:
        raise NotImplementedError

    def action_base(self) -> None:
        """Against which other text it is compared, where there are two."""


def label_of(version: Version, mark: str = "") -> str:
    return f"{version.number:>3} {when(version)} {mark or version.how}"


def when(version: Version) -> str:
    """11-22 12:41, UTC."""
    return moment(version.at_ms * NS_PER_MS)[5:]
