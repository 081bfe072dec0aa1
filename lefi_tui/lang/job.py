"""A job as the older tool kept it, in JSON, becomes a script of today.

What a script can't say stands in it as a comment, and is told as a note: nothing is dropped in
silence. What can't be a job at all is refused with the place where it stops being one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Self

from msgspec import Struct, field

from lefi_tui.core.record import Record
from lefi_tui.lang.diagnostic import nearest
from lefi_tui.lang.formatter import formatted
from lefi_tui.lang.job_part import Part, Piece
from lefi_tui.lang.tokens import shown

PARTS_MAX: Final = 50
_JOB: Final = ("trigger", "work", "created_at", "status", "start_date", "end_date")
_EVENT: Final = ("trigger", "execution", "reference_date")
_POLICY: Final = ("partial_fulfillment", "cancel_unfulfilled")
_PART: Final = ("job", "event", "endpoints", "execution_policy", "macros", "expression")
_TOP: Final = ("id", "name", "description", "script")


class Note(Record):
    """What did not come over as it was: where it stands in the job, why, and what to do."""

    where: str
    why: str
    next_step: str


class NoJobError(Exception):
    """This is no job; the first place where that shows."""

    def __init__(self, where: str, why: str, next_step: str) -> None:
        super().__init__(why)
        self.note = Note(where, why, next_step)


class Imported(Record):
    text: str
    notes: tuple[Note, ...]


def script_of(data: Any) -> Imported:
    """The script; `data` is what the JSON holds."""
    notes: list[Note] = []
    top = _Record.of(data, "job", notes)
    parts = _parts(top, data, notes)
    head = _head(top, parts)
    top.tell_unknown((*_TOP, *_PART) if "script" not in top.data else _TOP)
    pieces = [
        each.piece(
            frozenset().union(*(other.names for other in parts if other is not each)),
            is_alone=len(parts) == 1,
        )
        for each in parts
    ]
    for part, piece in zip(parts, pieces, strict=True):
        notes += [Note(f"{part.where}.{key}", why, step) for key, why, step in piece.notes]
    policy = _policy(top, pieces)
    text = "\n".join([*head, *top.comments, *_joined(policy, pieces)])
    return Imported(formatted(text).text, tuple(notes))


def _head(top: _Record, parts: list[Part]) -> list[str]:
    out = [f"script {quoted(name)}"] if (name := top.text("name")) else []
    out += comment(top.text("description"))
    if job_id := top.text("id"):
        out += comment(f"Job {job_id}.")
    described = top.text("description").lower()
    for word, other in (("buy", "Sell"), ("sell", "Buy")):
        sides = {
            each for part in parts for each in ("Buy", "Sell") if f"{each}(" in part.expression
        }
        if word in described.split() and sides == {other}:
            top.tell("description", f"It says {word}, and the script only {other.lower()}s.",
                     "Decide which of the two is meant")  # fmt: skip
    return [*out, ""] if out else []


def _policy(top: _Record, pieces: list[Piece]) -> list[str]:
    rules: dict[str, str] = {}
    for key, value in (rule for each in pieces for rule in each.policy.items()):
        if rules.setdefault(key, value) != value:
            why = f"Its scripts differ in {key}: {rules[key]} and {value}; a script has one policy."
            top.tell("script", why, "Make them scripts of their own")
    lines = [f"{key} = {value}" for key, value in rules.items()]
    return ["policy {", *lines, "}"] if lines else []


def _joined(policy: list[str], pieces: list[Piece]) -> list[str]:
    """The policy, then settings and states, then what runs."""
    declared = [line for each in pieces for line in each.declarations]
    out: list[str] = []
    for lines in (policy, declared, *(each.body for each in pieces)):
        out += [*lines, ""] if lines else []
    return out


def _parts(top: _Record, data: Any, notes: list[Note]) -> list[Part]:
    """A job has a list of scripts, or is its only one itself."""
    if "script" not in top.data:
        return [_part(_Record.of(data, "job", notes, top.comments), is_whole=True)]
    written = top.data["script"]
    listed = written if isinstance(written, list) else [written]
    if not listed or len(listed) > PARTS_MAX:
        why = f"a job has 1 to {PARTS_MAX} scripts, not {len(listed)}"
        raise NoJobError("job.script", why, "Give its scripts as a list")
    where = [f"job.script[{number}]" for number in range(len(listed))]
    return [
        _part(_Record.of(each, place, notes, top.comments))
        for each, place in zip(listed, where, strict=True)
    ]


def _part(record: _Record, *, is_whole: bool = False) -> Part:
    expression = record.text("expression", is_needed=True)
    job, event = record.inner("job", _JOB), record.inner("event", _EVENT)
    policy, ends = record.inner("execution_policy", _POLICY), record.inner("endpoints", None)
    if not is_whole:
        record.tell_unknown(_PART)
    return Part(
        where=record.where,
        trigger=job.text("trigger") or event.text("trigger") or "PriceUpdate",
        work=job.text("work") or event.text("execution"),
        start=job.text("start_date") or event.text("reference_date"),
        end=job.text("end_date"),
        status=job.text("status"),
        created=job.text("created_at"),
        keeps_partial=policy.flag("partial_fulfillment"),
        cancels=policy.flag("cancel_unfulfilled"),
        macros=(*_endpoints(ends), *_macros(record)),
        expression=expression,
    )


def _endpoints(ends: _Record) -> list[tuple[str, str]]:
    return [(key, quoted(ends.text(key))) for key in ends.data]


def _macros(record: _Record) -> list[tuple[str, str]]:
    """Key and expression text of each; a number or a flag is taken as it stands."""
    listed = record.data.get("macros") or []
    if not isinstance(listed, list):
        raise NoJobError(f"{record.where}.macros", "macros are a list", "Write [{key, value}]")
    out: list[tuple[str, str]] = []
    for number, each in enumerate(listed):
        where = f"{record.where}.macros[{number}]"
        macro = _Record.of(each, where, record.notes, record.comments)
        key, value = macro.text("key", is_needed=True), macro.data.get("value", "")
        macro.tell_unknown(("key", "value"))
        if not _is_name(key):
            why = f"`{shown(key)}` is no name: a small letter, then letters, digits and _"
            raise NoJobError(f"{where}.key", why, "Rename it here and in the expression")
        words = str(value).lower() if isinstance(value, bool) else str(value)
        if isinstance(value, (dict, list)) or value is None or not words.strip():
            raise NoJobError(f"{where}.value", "a macro's value is expression text", 'Like "100"')
        out.append((key, words))
    return out


def _is_name(text: str) -> bool:
    is_word = text.isascii() and text.replace("_", "a").isalnum()
    return is_word and (text[0].islower() or text[0] == "_")


def quoted(text: str) -> str:
    """As a text of the language."""
    clean = text.replace("\\", "\\\\").replace('"', '\\"').replace("{", "\\{")
    return f'"{_harmless(clean)}"'


def comment(text: str) -> list[str]:
    return [f"// {_harmless(line)}" for line in text.splitlines() if line.strip()]


def _harmless(words: str) -> str:
    """On one line, and without what a terminal would obey."""
    return "".join(each if each.isprintable() else " " for each in " ".join(words.split()))


class _Record(Struct):
    """A record of the JSON, with its place; what is asked of it must fit."""

    data: Mapping[str, Any]
    where: str
    notes: list[Note]
    comments: list[str] = field(default_factory=list)

    @classmethod
    def of(
        cls, data: Any, where: str, notes: list[Note], comments: list[str] | None = None
    ) -> Self:
        if not isinstance(data, Mapping):
            why = f"a record {{ … }} belongs here, not {_kind(data)}"
            raise NoJobError(where, why, "Give the job as the older tool wrote it")
        return cls(data, where, notes, [] if comments is None else comments)

    def inner(self, key: str, known: tuple[str, ...] | None) -> _Record:
        data = self.data.get(key)
        inside = self.of({} if data is None else data, f"{self.where}.{key}", self.notes)
        inside.comments = self.comments
        if known is not None:
            inside.tell_unknown(known)
        return inside

    def text(self, key: str, *, is_needed: bool = False) -> str:
        value = self.data.get(key)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            value = str(value)
        if value is not None and not isinstance(value, str):
            raise NoJobError(f"{self.where}.{key}", f"a text, not {_kind(value)}", "Write a text")
        if is_needed and not (value or "").strip():
            meant = nearest(key, [each for each in self.data if each != key])
            step = f"Is `{shown(meant)}` meant to be it?" if meant else f"Add `{key}`"
            raise NoJobError(self.where, f"it has no `{key}`", step)
        return value or ""

    def flag(self, key: str) -> bool | None:
        """True or false, also as a text; None where it is not said."""
        value = self.data.get(key)
        if value is None or isinstance(value, bool):
            return value
        words = {"true": True, "false": False}
        if not isinstance(value, str) or value.strip().lower() not in words:
            where = f"{self.where}.{key}"
            raise NoJobError(where, f"`{shown(str(value))}` is neither true nor false", "Write one")
        return words[value.strip().lower()]

    def tell(self, key: str, why: str, next_step: str) -> None:
        self.notes.append(Note(f"{self.where}.{key}", why, next_step))
        self.comments += comment(why)

    def tell_unknown(self, known: tuple[str, ...]) -> None:
        for key, value in self.data.items():
            if key not in known:
                meant = nearest(key, list(known))
                step = f"Did you mean `{meant}`?" if meant else "Say it in the script, or leave it"
                said = f"The job's `{shown(key)}` ({shown(str(value))}) means nothing here."
                self.tell(key, said, step)


def _kind(value: Any) -> str:
    names = {list: "a list", str: "a text", bool: "a flag", type(None): "null"}
    return names.get(type(value), "a record" if isinstance(value, Mapping) else "a number")
