"""What `lefi doctor` says of the desk itself: halted or not, events, notices, what hangs."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from lefi_tui.core.record import Record
from lefi_tui.engine.halted import HALTED, HaltFiles
from lefi_tui.errors import LefiError
from lefi_tui.ports.journal import JournalError
from lefi_tui.ports.secrets import SecretsError
from lefi_tui.settings import Loaded, Settings
from lefi_tui.views.queries import ScheduleQuery
from lefi_tui.views.schedule_view import ScheduleRow, ScheduleView

ENGINE_S: Final = 10.0  # for its answer


class Finding(Record):
    """One line. `works` is None for what is not there yet, which is no fault of the machine."""

    name: str
    works: bool | None
    text: str
    next_step: str = ""


def desk_findings(settings: Loaded) -> Iterator[Finding]:
    yield _trading(settings.settings.data_dir)
    yield from _events(settings.settings)
    yield _notices(settings)
    yield from _timers(settings)


def _trading(folder: Path) -> Finding:
    files = HaltFiles(folder)
    halt = files.read()
    if halt is None:
        return Finding("trading", works=True, text="neither HALTED nor KILL is there")
    why = f"{halt.cause} (said by {halt.by})"
    if files.kill_file.exists():
        step = "Find out who put it there and why, remove it, then `lefi resume --reason TEXT`"
        return Finding("trading", works=False, text=f"halted: {halt.cause}", next_step=step)
    step = "`lefi resume --reason TEXT`, when you know what happened"
    return Finding("trading", works=False, text=f"{folder / HALTED}: {why}", next_step=step)


# ---- events of elsewhere


def _events(settings: Settings) -> Iterator[Finding]:
    if settings.events.folder:
        yield _folder(settings.config_dir / Path(settings.events.folder).expanduser())
    if settings.events.webhook_port:
        yield _webhook(settings)
    if not settings.events.folder and not settings.events.webhook_port:
        off = "neither a folder nor a webhook is set; `lefi emit` works all the same"
        yield Finding("events", None, off)


def _folder(folder: Path) -> Finding:
    if not folder.exists():
        return Finding("events", None, f"{folder} is not there; the engine makes it at its start")
    if not (folder.is_dir() and os.access(folder, os.R_OK | os.W_OK | os.X_OK)):
        step = "Let this user read it and write there: files are moved when they were read"
        return Finding("events", works=False, text=f"{folder} can't be used", next_step=step)
    return Finding("events", works=True, text=f"files are read from {folder}")


def _webhook(settings: Settings) -> Finding:
    from lefi_tui.adapters.keyring_secrets import KeyringSecrets
    from lefi_tui.adapters.webhook import SECRET

    address = f"http://127.0.0.1:{settings.events.webhook_port}/events"
    try:
        has_secret = bool(KeyringSecrets(settings.data_dir).get(SECRET))
    except SecretsError as error:
        text = f"{address}: {error.why}"
        return Finding("webhook", works=False, text=text, next_step=error.next_step)
    if not has_secret:
        step = "`lefi webhook secret` makes one"
        return Finding("webhook", works=False, text=f"{address} has no secret", next_step=step)
    return Finding("webhook", works=True, text=f"{address}, when an engine runs")


# ---- notices


def _notices(settings: Loaded) -> Finding:
    """Channels by name; a channel that fails is what a person should know."""
    from lefi_tui.wiring.notices import Post

    post = Post(settings)
    try:
        rows, dead = post.channels(), len(post.dead())
    except JournalError as error:
        return Finding("notices", works=False, text=error.why, next_step=error.next_step)
    if not rows and not dead:
        none = "no channel: nobody is told while nobody looks; `lefi notify set phone` makes one"
        return Finding("notices", None, none)
    told = [f"{each.name}: {each.state}" for each in rows]
    told += [f"{dead} given up"] if dead else []
    failing = [each.name for each in rows if each.is_well is False]
    step = "`lefi notify dead` shows what was given up" if dead else ""
    step = f"`lefi notify test {failing[0]}` tries it again" if failing else step
    works = not failing and not dead
    return Finding("notices", works=works, text="\n".join(told), next_step=step)


# ---- what hangs


def _timers(settings: Loaded) -> Iterator[Finding]:
    """Only an engine that runs knows."""
    from lefi_tui.wiring.running import engine_pid

    if engine_pid(settings.settings.data_dir) is None:
        return
    try:
        rows = asyncio.run(_schedule(settings))
    except (LefiError, TimeoutError) as error:
        why = str(error) or f"the engine has not answered in {ENGINE_S:.0f} s"
        step = "`lefi engine --stop` ends it, bots and all; start it again"
        yield Finding("schedule", works=False, text=why, next_step=step)
        return
    stuck = [f"{each.owner}, {each.what}: {each.why or 'stuck'}" for each in rows if each.is_stuck]
    if stuck:
        step = "`lefi schedule` shows all; a bot that hangs is stopped with `lefi bots stop`"
        yield Finding("schedule", works=False, text="\n".join(stuck), next_step=step)
    else:
        yield Finding("schedule", works=True, text=f"{len(rows)} dates, none of them stuck")


async def _schedule(settings: Loaded) -> tuple[ScheduleRow, ...]:
    from lefi_tui import wiring

    async with asyncio.timeout(ENGINE_S), wiring.client(settings) as channel:
        view = await channel.ask(ScheduleQuery())
    assert isinstance(view, ScheduleView)
    return view.rows
