"""Secrets in the keyring of the system: what unlocks it is the user's log-in, not a file of ours.

The rule it keeps: no keyring means no secret is kept, in four parts, and never a plain file in its
place. A call may wait for a person to unlock it, so nobody calls it in the engine's loop.
"""

from __future__ import annotations

from typing import Final

from lefi_tui.ports.secrets import SecretsError

SERVICE: Final = "lefi"
NONE_HERE: Final = (
    "Over SSH there is usually none: start one in this session with `dbus-run-session -- bash` and "
    "`gnome-keyring-daemon --unlock`, or name a backend in PYTHON_KEYRING_BACKEND"
)


class KeyringSecrets:
    """Implements ports.secrets."""

    def get(self, reference: str) -> str | None:
        import keyring  # noqa: PLC0415 -- a tenth of a second that only its users pay
        from keyring.errors import KeyringError  # noqa: PLC0415 -- the same

        try:
            return keyring.get_password(SERVICE, reference)
        except KeyringError as error:
            raise _refused(error, reference) from error

    def put(self, reference: str, secret: str) -> None:
        import keyring  # noqa: PLC0415 -- see get
        from keyring.errors import KeyringError  # noqa: PLC0415 -- the same

        try:
            keyring.set_password(SERVICE, reference, secret)
        except KeyringError as error:
            raise _refused(error, reference) from error

    def remove(self, reference: str) -> None:
        import keyring  # noqa: PLC0415 -- see get
        from keyring.errors import KeyringError  # noqa: PLC0415 -- the same

        try:
            if keyring.get_password(SERVICE, reference) is not None:
                keyring.delete_password(SERVICE, reference)
        except KeyringError as error:
            raise _refused(error, reference) from error

    def where(self) -> str:
        """The backend's own name; raises SecretsError where there is none."""
        import keyring  # noqa: PLC0415 -- see get
        from keyring.backends.fail import Keyring as NoKeyring  # noqa: PLC0415 -- the same

        backend = keyring.get_keyring()
        if isinstance(backend, NoKeyring):
            raise SecretsError("no keyring answers", where="keyring", next_step=NONE_HERE)
        return str(backend.name)


def _refused(error: Exception, reference: str) -> SecretsError:
    """Without the library's own words: they may quote what it was given."""
    from keyring.errors import KeyringLocked, NoKeyringError  # noqa: PLC0415 -- see get

    where = f"keyring, {SERVICE}: {reference}"
    if isinstance(error, NoKeyringError):
        return SecretsError("no keyring answers", where=where, next_step=NONE_HERE)
    if isinstance(error, KeyringLocked):
        step = "Unlock it (log in at the desk, or `gnome-keyring-daemon --unlock`), then try again"
        return SecretsError("the keyring is locked", where=where, next_step=step)
    return SecretsError(f"the keyring refuses ({type(error).__name__})", where=where)
