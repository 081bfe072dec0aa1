"""`lefi keys`: the exchange keys of accounts: kept, tested, replaced, removed.

The rule it keeps: a key comes by the keyboard or by standard input, never as an argument, and is
never shown again.
"""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from getpass import getpass
from typing import TYPE_CHECKING, Any, Final

from lefi_tui.cli.output import Output
from lefi_tui.cli.profile import loaded
from lefi_tui.cli.vault import opened
from lefi_tui.errors import REFUSED, UsageError

if TYPE_CHECKING:
    from lefi_tui.core.key_rights import KeyRights
    from lefi_tui.views.keys_view import KeyRow
    from lefi_tui.wiring.keys import KeyKeeper

STDIN_MAX: Final = 20_000
ASKS: Final = (
    ("api_key", "API key (nothing is shown): "),
    ("secret", "Secret (nothing is shown): "),
    ("password", "Its passphrase, where the exchange has one (OKX, KuCoin), else Enter: "),
)


def run(arguments: Namespace, output: Output) -> int:
    from lefi_tui.adapters.privacy import keep_private
    from lefi_tui.wiring.keys import KeyKeeper

    settings = loaded(output)
    keep_private()
    return _ACTIONS[arguments.action](arguments, output, KeyKeeper(settings.settings))


def _list(arguments: Namespace, output: Output, keeper: KeyKeeper) -> int:
    from msgspec import to_builtins

    view = keeper.view()
    if arguments.json:
        output.value(to_builtins(view))
        return 0
    output.line(f"Kept in {view.store} ({view.lock})." if view.store else view.why)
    for row in view.rows:
        output.line(_row(row))
    if not view.rows:
        output.line("No account of config.toml names an exchange: [accounts.NAME] is one.")
    return 0


def _row(row: KeyRow) -> str:
    from lefi_tui.views.keys_view import verdict

    place = f"{row.exchange}, {row.mode}" if row.exchange else "not in config.toml any more"
    if not row.set_at_ms:
        return f"{row.account} ({place}): no key; `lefi keys set {row.account}` asks for it"
    at = f", tested {_time(row.tested_at_ms)}: {verdict(row.rights)}" if row.tested_at_ms else ""
    new = f"; another, set {_time(row.new_at_ms)}, waits for its test" if row.new_at_ms else ""
    return f"{row.account} ({place}): set {_time(row.set_at_ms)} in {row.store}{at}{new}"


def _time(at_ms: int) -> str:
    return f"{datetime.fromtimestamp(at_ms / 1_000, UTC):%Y-%m-%d %H:%M}"


def _set(arguments: Namespace, output: Output, keeper: KeyKeeper) -> int:
    account = _account(arguments)
    keeper.check(account)
    opened(keeper.secrets, output)
    output.say(keeper.put(account, _given(arguments)))
    return 0


def _given(arguments: Namespace) -> dict[str, Any]:
    if not arguments.stdin:
        if not sys.stdin.isatty():
            step = "Give it as JSON on standard input with --stdin"
            raise UsageError("no terminal to ask at", where="lefi keys set", next_step=step)
        return {name: given for name, asks in ASKS if (given := getpass(asks).strip())}
    found: Any = None
    with suppress(ValueError):  # its words would quote what was given
        found = json.loads(sys.stdin.read(STDIN_MAX))
    if not isinstance(found, dict):
        step = 'Give {"api_key": "…", "secret": "…"} and nothing else'
        why = "standard input holds no JSON object"
        raise UsageError(why, where="lefi keys set", next_step=step)
    return found


def _test(arguments: Namespace, output: Output, keeper: KeyKeeper) -> int:
    from msgspec import to_builtins

    account = _account(arguments)
    keeper.check(account)
    opened(keeper.secrets, output)
    if arguments.allow_withdrawal:
        keeper.allow_withdrawal(account, arguments.allow_withdrawal)
        output.say(f"The key of {account} may withdraw and trade live all the same.")
        return 0
    rights = keeper.test(account)
    if arguments.json:
        output.value(to_builtins(rights))
    else:
        _tell(rights, output, account)
    return 0 if rights.is_valid and rights.can_trade is not False else REFUSED


def _tell(rights: KeyRights, output: Output, account: str) -> None:
    from lefi_tui.views.keys_view import report

    for name, each in report(rights):
        output.line(f"{name:<13} {each}")
    if rights.can_withdraw:
        output.say(
            "It can withdraw, so it trades nothing live. Take that right from it at the exchange, "
            f"or `lefi keys test {account} --allow-withdrawal {account}`."
        )


def _remove(arguments: Namespace, output: Output, keeper: KeyKeeper) -> int:
    account = _account(arguments)
    opened(keeper.secrets, output)
    output.say(keeper.remove(account))
    return 0


def _account(arguments: Namespace) -> str:
    where = f"lefi keys {arguments.action}"
    if not arguments.account:
        step = f"{where} NAME, as [accounts.NAME] of config.toml has it"
        raise UsageError("an account is needed", where=where, next_step=step)
    account: str = arguments.account
    return account


_ACTIONS: Final[dict[str, Callable[[Namespace, Output, KeyKeeper], int]]] = {
    "list": _list,
    "set": _set,
    "test": _test,
    "remove": _remove,
}
