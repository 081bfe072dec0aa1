"""`lefi limits`: what the gate refuses, by place, how it stands, and changes that act at once."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import Any

from lefi_tui.cli.engine_client import with_engine
from lefi_tui.cli.output import Output
from lefi_tui.core.codec import to_plain
from lefi_tui.core.messages import ChangeLimits, SetCalendar
from lefi_tui.errors import RefusedError, UsageError
from lefi_tui.views.limits_view import LimitsView
from lefi_tui.views.queries import Channel, LimitsQuery, Receipt

EXAMPLE = "lefi limits set daily_loss_max=200 --place account/demo"
BY = "command line"


def run(arguments: Namespace, output: Output) -> int:
    if arguments.action == "set":
        return _set(arguments, output)
    if arguments.action == "calendar":
        return _calendar(arguments, output)

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
    values = tuple(_pair(each) for each in arguments.values)
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


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise UsageError(f"{text!r} is no name=value", where="lefi limits set", next_step=EXAMPLE)
    return name.strip(), value.strip()


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
