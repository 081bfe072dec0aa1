"""From the open script to a bot: checked, saved, asked for account and settings, started."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from lefi_tui.core.messages import Command, StartBot
from lefi_tui.lang.program import Checked, Program, check
from lefi_tui.views.scripts import OpenScript, ScriptStore
from lefi_tui.views.shelf import free_id
from lefi_tui.views.work_plan import WorkPlan
from screens.framed import Framed
from screens.script_text import ScriptText
from screens.start_script import StartForm, StartScriptScreen, Values


class ScriptStart:
    """`why_not` says why a script with errors starts nothing."""

    def __init__(
        self,
        screen: Framed,
        store: ScriptStore,
        text: ScriptText,
        send: Callable[[Command], None],
        why_not: Callable[[], str],
    ) -> None:
        self._screen = screen
        self._store = store
        self._text = text
        self._send = send
        self._why_not = why_not

    def begin(self, text: str) -> None:
        """Checked first, then saved, then asked: what runs is what the file says."""
        self._text.errands.ask(partial(check, text), self._checked)

    def _checked(self, checked: Checked) -> None:
        program, view = checked.program, self._screen.desk_view
        if program is None:
            self._screen.notice(self._why_not())
        elif view is None or not view.accounts:
            self._screen.notice("It can't start: the engine has shown no account yet.")
        else:
            self._text.save(partial(self._ask, program))

    def _ask(self, program: Program, script: OpenScript) -> None:
        view = self._screen.desk_view
        assert view is not None, "a desk once shown is never taken away"
        start = partial(self._start, script, program.title)
        form = StartForm(program, script.text, view, self._store.refusal, start)
        self._screen.app.push_screen(StartScriptScreen(form, self._screen.palette))

    def _start(
        self, script: OpenScript, title: str, account: str, values: Values, plan: WorkPlan
    ) -> None:
        view, name = self._screen.desk_view, title or script.row.name
        bot = free_id(script.row.name, {each.id for each in view.bots} if view else ())
        told = (bot, "automated", account, script.text, tuple(values.items()), name)
        self._send(plan.of(StartBot(*told)))
        self._screen.notice(f"{name} starts on {account} as {bot}.")
