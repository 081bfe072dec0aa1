"""Whether this terminal can carry the desk, and with which colors; asked before Textual loads."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Final

DUMB: Final = frozenset({"", "dumb", "unknown"})
CONSOLES: Final = frozenset({"linux", "vt100", "vt220"})
INSTEAD: Final = (
    "Use the plain command line: `lefi run FILE` for one bot, `lefi engine` for the engine "
    "without a screen, `lefi bots` to see what runs."
)


def refusal(environ: Mapping[str, str], *, has_input: bool, has_output: bool) -> str:
    """Why the desk can't open here, and what to do instead; empty when it can."""
    term = environ.get("TERM", "")
    if not has_input or not has_output:
        side = "input" if not has_input else "output"
        return f"The desk needs a terminal, and standard {side} is none. {INSTEAD}"
    if term in DUMB:
        return f"The desk needs a terminal that can place text; TERM is {term!r}. {INSTEAD}"
    return ""


def refusal_here() -> str:
    """The same for this process. Textual draws on standard error."""
    return refusal(os.environ, has_input=_is_tty(0), has_output=_is_tty(2))


def _is_tty(descriptor: int) -> bool:
    try:
        return os.isatty(descriptor)
    except OSError:
        return False


def palette_name(environ: Mapping[str, str]) -> str:
    """truecolor, 256, 16 or console. SSH does not carry COLORTERM, so 256 is what it mostly is."""
    term = environ.get("TERM", "")
    if term in CONSOLES:
        return "console"
    asked = environ.get("TEXTUAL_COLOR_SYSTEM", "auto")
    if asked in {"truecolor", "256"}:
        return asked
    if asked == "standard":
        return "16"
    if environ.get("COLORTERM", "").lower() in {"truecolor", "24bit"}:
        return "truecolor"
    is_rich = term.endswith(("256color", "-direct", "kitty"))
    return "256" if is_rich else "16"


def wants_mouse(environ: Mapping[str, str]) -> bool:
    """Every mouse move would be bytes on the line: off over SSH."""
    return not any(environ.get(name) for name in ("SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT"))
