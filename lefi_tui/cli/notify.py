"""`lefi notify`: who tells a person who is away, a test of it, and what could not be told.

The rule it keeps: an address comes by the keyboard or by standard input, never as an argument, and
is never shown again.
"""

from __future__ import annotations

import re
import sys
from argparse import Namespace
from collections.abc import Callable
from datetime import UTC, datetime
from getpass import getpass
from typing import TYPE_CHECKING, Any, Final

from lefi_tui.cli.output import Output
from lefi_tui.cli.profile import loaded
from lefi_tui.cli.vault import opened
from lefi_tui.errors import REFUSED, UsageError

if TYPE_CHECKING:
    from lefi_tui.core.notices import Delivery
    from lefi_tui.wiring.notices import Post

NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
ADDRESS_MAX: Final = 4_000
ASKS: Final = "Address (tgram://…, discord://…, mailto://…, json://…; nothing is shown): "
ASKS_HEART: Final = "Address of the outside watcher (https://…; nothing is shown): "


def run(arguments: Namespace, output: Output) -> int:
    from lefi_tui.wiring.notices import Post

    return _ACTIONS[arguments.action](arguments, output, Post(loaded(output)))


# ---- channels


def _list(arguments: Namespace, output: Output, post: Post) -> int:
    rows = post.channels()
    if arguments.json:
        output.value([{"channel": each.name, "state": each.state, "well": each.is_well,
                       "waiting": each.waiting, "dead": each.dead} for each in rows])  # fmt: skip
        return 0
    for each in rows:
        waits = f", {each.waiting} wait" if each.waiting else ""
        dead = f", {each.dead} given up (`lefi notify dead`)" if each.dead else ""
        output.line(f"{each.name}: {each.state}{waits}{dead}")
    if not rows:
        output.line("No channel: `lefi notify set phone` asks for its address.")
    return 0


def _set(arguments: Namespace, output: Output, post: Post) -> int:
    name = _name(arguments)
    opened(post.secrets, output)
    is_heart = post.is_heartbeat(name)
    address = _given(arguments, ASKS_HEART if is_heart else ASKS)
    why = post.unreadable(name, address)
    if why:
        raise UsageError(why, where=name, next_step="github.com/caronc/apprise/wiki lists them all")
    where = post.put(name, address)
    output.say(f"Kept in {where}. `lefi notify test {name}` tries it.")
    return 0


def _given(arguments: Namespace, asks: str) -> str:
    if arguments.stdin:
        return sys.stdin.readline(ADDRESS_MAX).strip()
    if not sys.stdin.isatty():
        step = "Give it on standard input with --stdin"
        raise UsageError("no terminal to ask at", where="lefi notify set", next_step=step)
    return getpass(asks).strip()


def _test(arguments: Namespace, output: Output, post: Post) -> int:
    name = _known(arguments, post)
    opened(post.secrets, output)
    why = post.test(name)
    if why:
        output.line(f"{name} did not take it: {why}")
        return REFUSED
    output.line(f"{name} has taken it.")
    return 0


def _remove(arguments: Namespace, output: Output, post: Post) -> int:
    name = _known(arguments, post)
    opened(post.secrets, output)
    where = post.remove(name)
    output.say(f"{name} is gone, and its address from {where}.")
    return 0


def _name(arguments: Namespace) -> str:
    from lefi_tui.core.notices import BUILT_IN

    where = f"lefi notify {arguments.action}"
    if len(arguments.words) != 1:
        step = f"{where} phone"
        raise UsageError("one channel is needed, by its name", where=where, next_step=step)
    name: str = arguments.words[0]
    if NAME.fullmatch(name) is None:
        why = "a name has small letters, digits and hyphens, 32 at most"
        raise UsageError(why, where=where, next_step=f"{where} phone")
    if name in BUILT_IN:
        step = f'Write [notify] and below it {name} = "warning" into config.toml'
        raise UsageError(f"{name} needs no address", where=where, next_step=step)
    return name


def _known(arguments: Namespace, post: Post) -> str:
    name = _name(arguments)
    if name not in [each.name for each in post.channels()]:
        step = f"`lefi notify set {name}` makes it"
        raise UsageError("there is no such channel", where=name, next_step=step)
    return name


# ---- what was given up


def _dead(arguments: Namespace, output: Output, post: Post) -> int:
    match arguments.words:
        case []:
            _tell(post.dead(), arguments, output)
        case ["requeue", number] if number.isdigit():
            output.line(post.requeue(int(number)))
        case _:
            step = "lefi notify dead, or lefi notify dead requeue ID"
            raise UsageError("it lists, or requeues one", where="lefi notify dead", next_step=step)
    return 0


def _tell(dead: tuple[Delivery, ...], arguments: Namespace, output: Output) -> None:
    if arguments.json:
        output.value([_as_data(each) for each in dead])
        return
    for each in dead:
        when = datetime.fromtimestamp(each.at_ns // 1_000_000_000, UTC)
        output.line(f"{each.id}  {when:%Y-%m-%d %H:%M}  {each.channel}  {each.title}: {each.text}")
        output.line(f"    {each.why}; {each.attempts} attempts")
    output.line("`lefi notify dead requeue ID` sends one again." if dead else "None was given up.")


def _as_data(each: Delivery) -> dict[str, Any]:
    return {
        "id": each.id,
        "channel": each.channel,
        "severity": each.severity.value,
        "title": each.title,
        "text": each.text,
        "at_ns": each.at_ns,
        "attempts": each.attempts,
        "why": each.why,
    }


_ACTIONS: Final[dict[str, Callable[[Namespace, Output, Post], int]]] = {
    "list": _list,
    "set": _set,
    "test": _test,
    "remove": _remove,
    "dead": _dead,
}
