"""`lefi limits`: what the gate refuses, by place, how it stands, and changes that act at once."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from shlex import quote
from typing import Any, Final

from lefi_tui.cli.engine_client import with_engine
from lefi_tui.cli.output import Output
from lefi_tui.core.codec import to_plain
from lefi_tui.core.messages import ChangeLimits, SetCalendar
from lefi_tui.core.risk.limits import ABOUT
from lefi_tui.errors import RefusedError, UsageError
from lefi_tui.views.limits_view import LimitsView
from lefi_tui.views.queries import Channel, LimitsQuery, Receipt

EXAMPLE = "lefi limits set daily_loss_max=200 --place account/demo"
BY = "command line"
PLACE: Final = "desk"  # where none is said
PAIR: Final = 2


def run(arguments: Namespace, output: Output) -> int:
    if arguments.action == "set":
        return _set(arguments, output)
    if arguments.action == "calendar":
        return _calendar(arguments, output)
    if arguments.action != "show":
        raise _no_action(arguments.action, arguments.values)

    async def shown(channel: Channel) -> LimitsView:
        view: LimitsView = await channel.ask(LimitsQuery(arguments.place))
        return view

    view = with_engine(output, shown)
    if arguments.json:
        output.value(to_plain(view))
        return 0
    for line in lines(view, is_all=arguments.all):
        output.line(line)
    return 0


def lines(view: LimitsView, *, is_all: bool) -> list[str]:
    """What is set, or all that may be; then the thermostat."""
    wanted = [each for each in view.rows if is_all or each.strictest or each.own]
    version = f", version {view.version} by {view.by}" if view.version else ""
    out = [f"Limits of {view.place}{version}"]
    for each in wanted:
        bound = f"{each.strictest} ({each.said_by})" if each.strictest else "no limit"
        now = f"   now {each.now}" if each.now else ""
        out.append(f"  {each.name:<22} {bound}{now}")
        if is_all:
            out.append(f"  {'':<22} {each.meaning}")
    if not wanted:
        out.append("  none is set; --all lists what there is")
    for heat in view.heats:
        state = f"×{heat.factor} {heat.stage}" if heat.is_on else "off"
        out.append(f"Thermostat of {heat.account}: {state}")
        out += [f"  {each.text} ×{each.factor}" for each in heat.reasons]
    return out


def _set(arguments: Namespace, output: Output) -> int:
    values = _pairs(arguments.values, arguments.place)
    if not values:
        raise UsageError("name a limit and its value", where="lefi limits set", next_step=EXAMPLE)
    command = ChangeLimits(arguments.place, values, by=BY, reason=arguments.reason)
    _sent(command, output)
    if arguments.json:
        output.value({"place": arguments.place, "values": dict(values)})
    else:
        named = ", ".join(f"{name} = {value or 'no limit'}" for name, value in values)
        output.line(f"{arguments.place}: {named}; the next order keeps it.")
    return 0


def _pairs(texts: Sequence[str], place: str) -> tuple[tuple[str, str], ...]:
    odd = next((each for each in texts if "=" not in each), None)
    if odd is not None:
        why = f"{odd!r} is no NAME=VALUE"
        step = _as_pairs(texts, place) or EXAMPLE
        raise UsageError(why, where="lefi limits set", next_step=step)
    pairs = (each.partition("=") for each in texts)
    return tuple((name.strip(), value.strip()) for name, _, value in pairs)


def _as_pairs(texts: Sequence[str], place: str = PLACE) -> str:
    """How it was meant, where that is plain: a limit's name and what may be its value."""
    if len(texts) == 1 and "=" in texts[0]:
        meant = texts[0]
    elif len(texts) == PAIR and "=" not in "".join(texts):
        meant = f"{texts[0].strip(' :')}={texts[1]}"
    else:
        return ""
    where = "" if place == PLACE else f" --place {quote(place)}"
    is_known = meant.partition("=")[0].strip() in ABOUT
    return f"lefi limits set {quote(meant)}{where}" if is_known else ""


def _no_action(action: str, values: Sequence[str]) -> UsageError:
    meant = _as_pairs([action, *values])
    why = f"{action!r} is none of show, set, calendar"
    step = meant or "lefi limits --help lists them; NAME=VALUE stands behind set: " + EXAMPLE
    return UsageError(why, where="lefi limits", next_step=step)


def _calendar(arguments: Namespace, output: Output) -> int:
    if len(arguments.values) != 1:
        why = "name one file: CSV (at,name,impact), JSON or ICS"
        raise UsageError(why, where="lefi limits calendar", next_step="lefi limits calendar my.ics")
    from lefi_tui.adapters.calendar_files import read

    file = Path(arguments.values[0])
    releases = read(file)
    _sent(SetCalendar(releases, str(file), by=BY), output)
    if arguments.json:
        output.value({"file": str(file), "releases": len(releases)})
    else:
        output.line(
            f"{len(releases)} releases of {file}; event_lockout keeps entries away from them."
        )
    return 0


def _sent(command: Any, output: Output) -> None:
    async def told(channel: Channel) -> Receipt:
        return await channel.send(command)

    receipt = with_engine(output, told)
    if not receipt.is_accepted:
        step = "Nothing was changed; `lefi limits --all` lists what there is"
        raise RefusedError(receipt.text, where="limits", next_step=step)
