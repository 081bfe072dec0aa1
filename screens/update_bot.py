"""Another text for a bot that runs: the versions of its script, and what it ran before.

What it means, and what becomes of the bot, stands there before anything is sent; real money shows
its gates and asks for the account's name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, ClassVar, Final

from msgspec.structs import replace
from textual.widget import Widget
from textual.widgets import Input

from lefi_tui.core.desk.live import version_of
from lefi_tui.core.live_gates import TYPED
from lefi_tui.core.messages import Command, UpdateBot
from lefi_tui.lang.program import check
from lefi_tui.views import gates_view
from lefi_tui.views.bot_view import BotView
from lefi_tui.views.compared import Compared, compared
from lefi_tui.views.desk_view import Mode
from lefi_tui.views.queries import UpdateQuery
from lefi_tui.views.scripts import Found, ScriptStore
from lefi_tui.views.update_view import UpdateView, in_words
from screens.asking import Asking
from screens.texts import Choice, Looked, TextsScreen, label_of, when
from widgets.in_order import Field
from widgets.ink import Palette

NAME_MAX: Final = 80
NO_TEXT: Final = (
    "None of your scripts has the text that it runs among its versions. Save the script it was "
    "started from, or: lefi bots update {} --script FILE"
)
RUNS: Final = "runs"
LOOKS: Final = "The engine looks at it; its tests run."


class UpdateBotScreen(TextsScreen, Asking):
    every_s: ClassVar[float] = 2.0

    def __init__(
        self, view: BotView, store: ScriptStore, send: Callable[[Command], None], palette: Palette
    ) -> None:
        super().__init__(_title(view), palette)
        self._bot, self._store, self._send = view, store, send
        self._is_real = view.mode is Mode.LIVE
        self._answer: UpdateView | None = None  # to what is under the cursor
        self._field = Field(placeholder=f"type {view.account} to update it", max_length=NAME_MAX)

    def hint(self) -> str:
        return "↑ ↓ text   PgUp PgDn read   Enter: the bot takes it   Esc none"

    def asked(self) -> Iterable[Widget]:
        return (self._field,) if self._is_real else ()

    def on_mount(self) -> None:
        if self._is_real:
            self._field.focus()
        self.errands.ask(self._choices, self._offered)

    # ---- which texts there are

    def _choices(self) -> tuple[Found | None, Sequence[Choice]]:
        """In a thread: the versions of its script, the newest first; then what it ran before."""
        found = self._store.found(self._bot.source)
        choices = [] if found is None else [*self._versions(found)]
        was = self._bot.was
        if was is not None:
            kept = self._store.found(was.source)
            text = f"the text {was.version}" if kept is None else kept.told
            before = Choice(
                f"    {was.version} before" if kept is None else f"{kept.version.number:>3} before",
                f"{text} that it ran before",
                lambda: was.source,
                was.settings,
                is_whole=True,
                named="" if kept is None else kept.told,
            )
            at = next((n for n, each in enumerate(choices) if RUNS in each.label), len(choices))
            choices.insert(at, before)
        return found, choices

    def _versions(self, found: Found) -> Iterable[Choice]:
        row = found.row
        for each in reversed(self._store.versions(row).rows):
            is_now = each.number == found.version.number
            named = replace(found, version=each).told
            told = f"{named} ({when(each)})"
            text = partial(self._store.version_text, row, each)
            yield Choice(label_of(each, RUNS if is_now else ""), told, text, named=named)

    def _offered(self, come: tuple[Found | None, Sequence[Choice]]) -> None:
        found, choices = come
        if found is not None:  # it may have been opened before its screen knew that
            self._bot = replace(self._bot, script=found.told)
            self.window.border_title = _title(self._bot)
        if not choices:
            self.say(NO_TEXT.format(self._bot.id), is_bad=True)
        self.offer(choices)

    def compared_with(self, at: int, text: str) -> Compared:
        choice = self.choices[at]
        chosen = dict(self._bot.chose)
        whole = dict(choice.settings) if choice.is_whole else None
        return compared(self._bot.source, text, chosen, whole)

    def head(self) -> str:
        choice = self.choice
        return "" if choice is None else f"{_first_up(choice.told)} against {_runs(self._bot)}"

    # ---- what the engine says of it

    def look_again(self) -> None:
        self._answer, self.query_of = None, None
        super().look_again()

    def draw(self) -> None:
        super().draw()
        choice = self.choice
        if choice is not None and self.looked != Looked() and not self.looked.problem:
            told = (self._bot.id, self.looked.text, choice.settings, choice.is_whole)
            self.query_of = UpdateQuery(*told)

    def show(self, answer: Any, silent_ms: int) -> None:  # noqa: ARG002 -- it is only asked again
        assert isinstance(answer, UpdateView)
        if not self._is_real:
            self.query_of = None  # gates may open while a person reads; nothing else does
        if answer != self._answer:
            self._answer = answer
            super().draw()

    def more(self) -> Sequence[str]:
        answer = self._answer
        if answer is None:
            return ("", LOOKS)
        shut = _refusal(answer)
        head = (f"It can't take it: {shut}",) if shut else tuple(in_words(answer))
        rows = (gates_view.line(each) for each in answer.rows if each.name != TYPED)
        return ("", *head, *rows)

    # ---- what a person does

    def action_take(self) -> None:
        if not self._is_real:
            self._take("")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if not self.is_current:
            return
        typed = event.value.strip()
        if typed != self._bot.account:
            self.say(f"Type {self._bot.account}, letter by letter.", is_bad=True)
        else:
            self._take(typed)

    def _take(self, typed: str) -> None:
        choice, answer = self.choice, self._answer
        if choice is None:
            return
        if answer is None or self.looked.compared is None:
            self.say(LOOKS)
            return
        refusal = _refusal(answer)
        if refusal:
            self.say(refusal, is_bad=True)
            return
        source = self.looked.text
        program = check(source).program
        title = "" if program is None else program.title
        self.dismiss()
        self._send(
            UpdateBot(
                self._bot.id,
                source,
                choice.settings,
                title,
                is_whole=choice.is_whole,
                typed=typed,
                over=version_of(self._bot.source),
                named=choice.named,
                named_before=self._bot.script,
            )
        )


def _title(view: BotView) -> str:
    return f"Another text for {view.id}, which runs {_runs(view)}"


def _runs(view: BotView) -> str:
    return view.script or f"the text {view.version}"


def _first_up(words: str) -> str:
    return words[:1].upper() + words[1:]


def _refusal(answer: UpdateView) -> str:
    """Of a gate that only waits for the account's name nothing is said yet."""
    shut = [each for each in answer.rows if not each.is_open and each.name != TYPED]
    if answer.rows and not shut:
        return ""
    return answer.refusal
