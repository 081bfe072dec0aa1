"""Opens what keeps the secrets, where it wants a passphrase: asked at the terminal, shown never."""

from __future__ import annotations

import sys
from getpass import getpass
from typing import TYPE_CHECKING, Final

from lefi_tui.cli.output import Output

if TYPE_CHECKING:
    from lefi_tui.ports.secrets import Secrets

TRIES: Final = 3
ASKS: Final = "Passphrase of the vault (nothing is shown): "
ASKS_NEW: Final = "Passphrase for a new vault, eight letters or more (nothing is shown): "
ASKS_AGAIN: Final = "Once more: "
NEW: Final = (
    "No keyring answers here, so keys are kept in an encrypted file of this profile. Nobody can "
    "recover its passphrase."
)


def opened(secrets: Secrets, output: Output) -> None:
    """Returns when it is open; raises SecretsError in four parts where nobody can be asked."""
    from lefi_tui.adapters.vault import HOW
    from lefi_tui.ports.secrets import Lock, SecretsError

    lock = secrets.lock()
    if lock is Lock.OPEN:
        return
    if not (sys.stdin.isatty() or sys.stderr.isatty()):
        why = "it wants a passphrase, and there is no terminal to ask at"
        raise SecretsError(why, where=secrets.where(), next_step=HOW)
    if lock is Lock.NEW:
        output.say(NEW)
        secrets.unlock(_new(output))
        return
    _unlocked(secrets, output)


def _unlocked(secrets: Secrets, output: Output) -> None:
    from lefi_tui.ports.secrets import WrongPassphraseError

    for left in reversed(range(TRIES)):
        try:
            secrets.unlock(getpass(ASKS))
        except WrongPassphraseError as error:
            if not left:
                raise
            output.say(f"{error.what}. {left} more.")
        else:
            return


def _new(output: Output) -> str:
    while True:
        first = getpass(ASKS_NEW)
        if first == getpass(ASKS_AGAIN):
            return first
        output.say("They differ.")
