"""`lefi webhook secret`: the secret that senders of signed events share with the desk.

The rule it keeps: it is given on standard input or made here and shown once; never an argument.
"""

from __future__ import annotations

import secrets
import sys
from argparse import Namespace
from typing import Final

from lefi_tui.cli.output import Output
from lefi_tui.cli.profile import loaded
from lefi_tui.cli.vault import opened
from lefi_tui.errors import UsageError

SECRET_BYTES: Final = 32
LETTERS_MAX: Final = 1_000


def run(arguments: Namespace, output: Output) -> int:
    from lefi_tui.adapters.keyring_secrets import KeyringSecrets
    from lefi_tui.adapters.webhook import SECRET

    kept = KeyringSecrets(loaded(output).settings.data_dir)
    where = kept.where()
    opened(kept, output)
    if arguments.remove:
        kept.remove(SECRET)
        output.say(f"Forgotten in {where}: from its next start the webhook hears nothing.")
        return 0
    secret = _given() if arguments.stdin else secrets.token_hex(SECRET_BYTES)
    kept.put(SECRET, secret)
    if not arguments.stdin:
        output.line(secret)
        output.say("This is shown once. Give it to whoever signs events.")
    output.say(f"Kept in {where}; in force from the engine's next start.")
    return 0


def _given() -> str:
    from lefi_tui.adapters.webhook import SECRET_LETTERS_MIN

    secret = sys.stdin.readline(LETTERS_MAX).strip()
    if len(secret) < SECRET_LETTERS_MIN:
        raise UsageError(
            f"a secret has {SECRET_LETTERS_MIN} letters at least",
            where="lefi webhook secret --stdin",
            next_step="Without --stdin a good one is made for you",
        )
    return secret
