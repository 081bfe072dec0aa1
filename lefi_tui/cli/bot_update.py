"""`lefi bots update`: another text for a bot that runs; what it means is told before it is asked.

It is done when the bot runs the text: asked for, it is warmed first.
"""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from msgspec import to_builtins
from msgspec.structs import replace

from lefi_tui.adapters.script_files import text_of
from lefi_tui.adapters.script_versions import ScriptVersions, hash_of
from lefi_tui.adapters.system_clock import SystemClock
from lefi_tui.cli.bot_life import BY, named, refuse_values
from lefi_tui.cli.engine_client import sent, with_engine
from lefi_tui.cli.output import Output
from lefi_tui.cli.profile import loaded
from lefi_tui.core.desk.live import version_of
from lefi_tui.core.messages import UpdateBot
from lefi_tui.core.record import Record
from lefi_tui.errors import RefusedError, UsageError
from lefi_tui.lang.program import check
from lefi_tui.views import gates_view
from lefi_tui.views.bot_view import BotView
from lefi_tui.views.compared import Compared, compared
from lefi_tui.views.queries import BotQuery, Channel, UpdateQuery
from lefi_tui.views.update_view import UpdateView, in_words
from lefi_tui.views.wording_updates import short

if TYPE_CHECKING:
    from lefi_tui.wiring.script_store import ScriptFolder

PATIENCE_NS: Final = 60_000_000_000  # of a history that is fetched; then it is told as it stands
LOOK_S: Final = 0.1


class _Other(Record):
    """The text that is asked for, and where it is from."""

    source: str
    settings: tuple[tuple[str, str], ...]
    is_whole: bool
    told: str
    named: str = ""  # as in UpdateBot


def update(arguments: Namespace, output: Output) -> Any:
    bot = named(arguments)
    if arguments.back and (arguments.script or arguments.number):
        raise UsageError("--back or another text, not both", where=bot, next_step="Leave one out")

    async def talked(channel: Channel) -> dict[str, Any]:
        view = await _bot(channel, bot)
        view = replace(view, script=_runs(view.source, arguments.script, output))
        other = _other(arguments, view, output)
        return await _updated(channel, view, other, arguments, output)

    return with_engine(output, talked)


async def _updated(
    channel: Channel, view: BotView, other: _Other, arguments: Namespace, output: Output
) -> dict[str, Any]:
    refuse_values(other.source, dict(arguments.settings))
    asked = (view.id, other.source, other.settings, other.is_whole, arguments.yes_live)
    told = await channel.ask(UpdateQuery(*asked))
    assert isinstance(told, UpdateView)
    then = None if told.refusal and not told.settings else dict(told.settings)
    means = compared(view.source, other.source, dict(view.chose), then)
    if not arguments.json:
        for line in _preview(view, other, means, told):
            output.line(line)
    if told.refusal:
        raise RefusedError(told.refusal, where=view.id, next_step="It runs on as it did")
    is_taken = False
    if not arguments.check:
        is_taken = await _send(channel, other, arguments, view, told.settings)
        if not arguments.json:
            words = "runs" if is_taken else "is still being warmed for"
            output.line(f"{view.id} {words} {other.told}.")
    return {
        "bot": view.id,
        "before": view.version,
        "version": short(version_of(other.source)),
        "taken": is_taken,
        "meaning": None if means.meaning is None else to_builtins(means.meaning),
        **_of_bot(told),
    }


def _of_bot(told: UpdateView) -> dict[str, Any]:
    kept = ("settings", "kept", "lost", "cold", "orders", "found", "history", "tests")
    plain = to_builtins(told)
    return {**{name: plain[name] for name in kept}, "settings": dict(told.settings)}


def _preview(view: BotView, other: _Other, means: Compared, told: UpdateView) -> Iterator[str]:
    text = short(version_of(other.source))
    yield f"{view.id}: from {view.text} to {other.told}, text {text}"
    yield from means.words
    yield ""
    if not told.refusal:
        yield from in_words(told)
    yield from (gates_view.line(each) for each in told.rows)


async def _send(
    channel: Channel,
    other: _Other,
    arguments: Namespace,
    view: BotView,
    settings: tuple[tuple[str, str], ...],
) -> bool:
    """Whether it is taken when this returns; why not, where it is not."""
    program = check(other.source).program
    title = "" if program is None else program.title
    command = UpdateBot(
        view.id,
        other.source,
        other.settings,
        title,
        by=BY,
        is_whole=other.is_whole,
        typed=arguments.yes_live,
        over=version_of(view.source),
        named=other.named,
        named_before=view.script,
    )
    await sent(channel, command, view.id)
    clock, wanted = SystemClock(), short(version_of(other.source))
    until_ns = clock.monotonic_ns() + PATIENCE_NS
    now = await _bot(channel, view.id)
    while now.updating == wanted and clock.monotonic_ns() < until_ns:
        await clock.sleep(LOOK_S)
        now = await _bot(channel, view.id)
    if now.updating == wanted:
        return False
    if now.version == wanted and dict(now.chose) == dict(settings):
        return True
    said = [each.why for each in now.decisions if each.number]  # of the log: no mere run
    why = said[0] if said else "it was called off"
    raise RefusedError(why, where=view.id, next_step="It runs on as it did")


async def _bot(channel: Channel, bot: str) -> BotView:
    view = await channel.ask(BotQuery(bot))
    assert isinstance(view, BotView)
    if not view.is_known:
        raise RefusedError("no bot of this name", where=bot, next_step="lefi bots")
    return view


# ---- which text


def _other(arguments: Namespace, view: BotView, output: Output) -> _Other:
    settings = tuple(arguments.settings)
    if arguments.back:
        if view.was is None:
            step = "Give it a text: --script FILE"
            raise RefusedError("it has run no other text", where=view.id, next_step=step)
        whole = (*view.was.settings, *settings)
        was = own_scripts(output).found(view.was.source)
        named = "" if was is None else was.told
        told = "what it ran before"
        return _Other(view.was.source, whole, is_whole=True, told=told, named=named)
    if arguments.script is None:
        return _newest(arguments, view, settings, output)
    return _of_file(arguments.script, arguments.number, settings)


def _of_file(file: Path, number: int, settings: tuple[tuple[str, str], ...]) -> _Other:
    kept = ScriptVersions(file)
    if not number:
        text = text_of(file)
        told = f"{file} as it stands"
        return _Other(text, settings, is_whole=False, told=told, named=_named(file, text))
    found = next((each for each in kept.listed().rows if each.number == number), None)
    if found is None:
        step = f"`lefi versions {file}` lists them"
        raise UsageError(f"no version {number}", where=str(file), next_step=step)
    told = f"version {number} of {file}"
    named = f"version {number} of {file.stem}"
    return _Other(kept.text(found), settings, is_whole=False, told=told, named=named)


def _runs(source: str, file: Path | None, output: Output) -> str:
    """Of the own scripts, or of the file that the other text is from."""
    found = own_scripts(output).found(source)
    if found is not None:
        return found.told
    return "" if file is None else _named(file, source)


def _named(file: Path, text: str) -> str:
    """The newest of the file's versions that has this text."""
    rows = reversed(ScriptVersions(file).listed().rows)
    number = next((each.number for each in rows if each.sha256 == hash_of(text)), 0)
    return f"version {number} of {file.stem}" if number else ""


def _newest(
    arguments: Namespace, view: BotView, settings: tuple[tuple[str, str], ...], output: Output
) -> _Other:
    """Of the own script that the bot was started from: its text is among the versions."""
    store = own_scripts(output)
    found = store.found(view.source)
    if found is None:
        step = f"lefi bots update {view.id} --script FILE"
        why = "none of your scripts has its text among the versions"
        raise RefusedError(why, where=view.id, next_step=step)
    return _of_file(Path(store.place(found.row)), arguments.number or found.newest.number, settings)


def own_scripts(output: Output) -> ScriptFolder:
    from lefi_tui.wiring.rooms import scripts_folder
    from lefi_tui.wiring.script_store import ScriptFolder

    return ScriptFolder(scripts_folder(loaded(output)))
