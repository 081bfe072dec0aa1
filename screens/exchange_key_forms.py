"""What a person types for a key: its parts, the passphrase of the vault, an account's name.

Nothing typed as a secret is shown; a form that was left has forgotten it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widgets import Input, Static

from lefi_tui.redaction import Secret
from screens.asking import Dialog
from screens.keys import bindings
from widgets.in_order import Field, Hidden

SECRET_MAX: Final = 4_000  # some secrets are private keys
PASSPHRASE_MIN: Final = 8
NEW: Final = (
    "No keyring answers here, so keys are kept in an encrypted file of this profile. Choose its "
    "passphrase, eight letters or more, and type it twice. Nobody can recover it."
)
LOCKED: Final = "Keys are kept in an encrypted file of this profile. Its passphrase opens it."
PARTS: Final = (
    ("api_key", "API key"),
    ("secret", "secret"),
    ("password", "its passphrase, where the exchange has one (OKX, KuCoin), else Enter"),
)


class Form(Dialog):
    """Enter goes to the next field, in the last one it gives them all."""

    CSS_PATH = "dialog.tcss"
    AUTO_FOCUS: ClassVar[str | None] = "Input"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("back", "field_above", "field_below")]

    def __init__(self, title: str, words: str, fields: Mapping[str, Field]) -> None:
        super().__init__()
        self._title = title
        self._fields = dict(fields)
        self._words = Static(words, classes="words", markup=False)

    def compose(self) -> ComposeResult:
        with Vertical(classes="window") as window:
            window.border_title = self._title
            window.border_subtitle = "Enter goes on   Esc back"
            yield self._words
            yield from self._fields.values()

    def action_field(self, step: int) -> None:
        fields = list(self._fields.values())
        here = next((number for number, each in enumerate(fields) if each.has_focus), 0)
        fields[(here + step) % len(fields)].focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        fields = list(self._fields.values())
        if event.input is not fields[-1]:
            self.action_field(1)
            return
        wrong = self.wrong()
        if wrong:
            self._words.update(wrong)
            fields[0].focus()
            return
        values = {name: each.value.strip() for name, each in self._fields.items()}
        for each in fields:
            each.clear()
        self.dismiss()
        self.give(values)

    def value(self, name: str) -> str:
        return self._fields[name].value.strip()

    def wrong(self) -> str:
        """Why this can't be given; empty when it can."""
        raise NotImplementedError

    def give(self, values: Mapping[str, str]) -> None:
        raise NotImplementedError


def _hidden(placeholder: str) -> Field:
    return Hidden(placeholder, SECRET_MAX)


class KeyForm(Form):
    def __init__(self, account: str, done: Callable[[str, Mapping[str, Secret]], None]) -> None:
        words = "Nothing typed is shown. The key should not be allowed to withdraw."
        fields = {name: _hidden(each) for name, each in PARTS}
        super().__init__(f"Key of {account}", words, fields)
        self._account, self._done = account, done

    def wrong(self) -> str:
        is_whole = self.value("api_key") and self.value("secret")
        return "" if is_whole else "Both the API key and its secret are needed."

    def give(self, values: Mapping[str, str]) -> None:
        self._done(self._account, {name: Secret(each) for name, each in values.items() if each})


class PassphraseForm(Form):
    def __init__(self, done: Callable[[Secret], None], *, is_new: bool) -> None:
        fields = {"passphrase": _hidden("passphrase")}
        if is_new:
            fields["again"] = _hidden("once more")
        title = "A vault for keys" if is_new else "The vault is locked"
        super().__init__(title, NEW if is_new else LOCKED, fields)
        self._done, self._is_new = done, is_new

    def wrong(self) -> str:
        if not self._is_new:
            return "" if self.value("passphrase") else "Type its passphrase."
        if len(self.value("passphrase")) < PASSPHRASE_MIN:
            return f"A passphrase has {PASSPHRASE_MIN} letters at least."
        return "" if self.value("passphrase") == self.value("again") else "The two differ."

    def give(self, values: Mapping[str, str]) -> None:
        self._done(Secret(values["passphrase"]))


class TypedForm(Form):
    """A step that is not taken back: the account's name is typed for it."""

    def __init__(
        self, title: str, account: str, words: str, done: Callable[[str, str], None]
    ) -> None:
        super().__init__(
            f"{title} {account}", words, {"name": Field(placeholder=f"type {account}")}
        )
        self._account, self._done = account, done

    def wrong(self) -> str:
        is_same = self.value("name") == self._account
        return "" if is_same else f"That is not its name: {self._account}. Esc leaves all as it is."

    def give(self, values: Mapping[str, str]) -> None:
        self._done(self._account, values["name"])
