"""`lefi check`: what is wrong in scripts, for people or as data; never loads a screen or a market.

Lines and columns count from 1; an end is the first place that no longer belongs to the mistake.
"""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import Any

from lefi_tui.adapters.script_files import ScriptFile, read
from lefi_tui.cli.output import Output
from lefi_tui.core.record import Record
from lefi_tui.errors import REFUSED
from lefi_tui.lang.blueprint import Blueprint
from lefi_tui.lang.diagnostic import Diagnostic, Edit
from lefi_tui.lang.examine import examined
from lefi_tui.lang.source import Source, Span


class _Found(Record):
    path: Path
    source: Source
    diagnostics: tuple[Diagnostic, ...]
    blueprint: Blueprint | None  # none where there are errors


def run(arguments: Namespace, output: Output) -> int:
    # All files are read first: a name mistyped is wrong usage, and then nothing is answered.
    scripts = [read(path) for path in arguments.files]
    found = [_checked(script) for script in scripts]
    if arguments.json and arguments.contract:
        output.value([_with_contract(each) for each in found])
    elif arguments.json:
        output.value([_as_data(each, one) for each in found for one in each.diagnostics])
    else:
        _tell(found, output, has_contract=arguments.contract)
    has_errors = any(one.is_error for each in found for one in each.diagnostics)
    return REFUSED if has_errors else 0


def _checked(script: ScriptFile) -> _Found:
    checked = examined(script.text)
    diagnostics = checked.diagnostics
    if script.bad_at >= 0:
        span = Span(script.bad_at, script.bad_at + 1)
        hint = "Save the file as UTF-8"
        bad = Diagnostic("LF001", span, "From here on the file is not UTF-8", hint)
        diagnostics = (bad, *(each for each in diagnostics if each.span.start != span.start))
    in_order = tuple(sorted(diagnostics, key=lambda each: (each.span, each.code)))
    blueprint = None if script.bad_at >= 0 else checked.blueprint
    return _Found(script.path, Source(script.text, str(script.path)), in_order, blueprint)


def _tell(found: list[_Found], output: Output, *, has_contract: bool) -> None:
    for each in found:
        if has_contract and each.blueprint is not None:
            _tell_contract(each.path, each.blueprint, output)
        for one in each.diagnostics:
            output.line(one.render(each.source))
            output.line("")
    errors = sum(one.is_error for each in found for one in each.diagnostics)
    warnings = sum(len(each.diagnostics) for each in found) - errors
    output.line(f"{_count(errors, 'error')}, {_count(warnings, 'warning')} in {_files(found)}")


def _tell_contract(path: Path, blueprint: Blueprint, output: Output) -> None:
    from lefi_tui.lang import contract, contract_words  # only who asks pays for loading them

    output.line(str(path))
    for line in contract_words.in_words(contract.contract_of(blueprint)):
        output.line(line)
    output.line("")


def _with_contract(found: _Found) -> dict[str, Any]:
    from lefi_tui.lang import contract, contract_words  # only who asks pays for loading them

    known = None if found.blueprint is None else contract.contract_of(found.blueprint)
    return {
        "file": str(found.path),
        "diagnostics": [_as_data(found, one) for one in found.diagnostics],
        "contract": None if known is None else contract_words.as_data(known),
    }


def _files(found: list[_Found]) -> str:
    return str(found[0].path) if len(found) == 1 else f"{len(found)} files"


def _count(number: int, word: str) -> str:
    return f"{number or 'no'} {word}{'' if number == 1 else 's'}"


def _as_data(found: _Found, diagnostic: Diagnostic) -> dict[str, Any]:
    fix = diagnostic.fix
    return {
        "file": str(found.path),
        **_places(found.source, diagnostic.span),
        "severity": diagnostic.severity.value,
        "code": diagnostic.code,
        "message": diagnostic.message,
        "fix": fix
        and {"title": fix.title, "edits": [_edit(found.source, edit) for edit in fix.edits]},
    }


def _edit(source: Source, edit: Edit) -> dict[str, Any]:
    return {**_places(source, edit.span), "text": edit.text}


def _places(source: Source, span: Span) -> dict[str, int]:
    start, end = source.place(span.start), source.place(span.end)
    return {
        "line": start.line,
        "column": start.column,
        "end_line": end.line,
        "end_column": end.column,
    }
