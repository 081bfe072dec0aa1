"""What the checker says, as an editor shows it: messages with their codes, and fixes to take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from lsprotocol import types

from lefi_tui.adapters.lsp_document import Document
from lefi_tui.lang.diagnostic import Diagnostic, Edit, Severity
from lefi_tui.lang.source import Span

SOURCE: Final = "lefi"
_SEVERITIES: Final[Mapping[Severity, types.DiagnosticSeverity]] = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
}
# How an editor draws two of them besides: gray, and struck through.
_TAGS: Final[Mapping[str, types.DiagnosticTag]] = {
    "LF251": types.DiagnosticTag.Unnecessary,
    "LF107": types.DiagnosticTag.Deprecated,
}


def told(document: Document, diagnostic: Diagnostic) -> types.Diagnostic:
    """Title, place, reason and what to do next: the four parts that the command line shows."""
    following = diagnostic.fix.title if diagnostic.fix is not None else diagnostic.hint
    message = f"{diagnostic.title}. {diagnostic.message}"
    tag = _TAGS.get(diagnostic.code)
    return types.Diagnostic(
        document.range(diagnostic.span),
        f"{message}\nHint: {following}" if following else message,
        _SEVERITIES[diagnostic.severity],
        diagnostic.code,
        source=SOURCE,
        tags=[tag] if tag else None,
    )


def fixes(
    document: Document, found: Sequence[Diagnostic], wanted: Span, *, has_versions: bool
) -> list[types.CodeAction]:
    """Of the messages that touch the place asked about."""
    return [
        types.CodeAction(
            each.fix.title,
            types.CodeActionKind.QuickFix,
            [told(document, each)],
            is_preferred=True,
            edit=workspace_edit(document, each.fix.edits, has_versions=has_versions),
        )
        for each in found
        if each.fix is not None and each.span.start <= wanted.end and wanted.start <= each.span.end
    ]


def workspace_edit(
    document: Document, edits: Sequence[Edit], *, has_versions: bool
) -> types.WorkspaceEdit:
    """For this version of the text: an editor that knows versions refuses it for another."""
    written = text_edits(document, edits)
    if not has_versions:
        return types.WorkspaceEdit(changes={document.uri: written})
    of = types.OptionalVersionedTextDocumentIdentifier(document.uri, document.version)
    return types.WorkspaceEdit(document_changes=[types.TextDocumentEdit(of, list(written))])


def text_edits(document: Document, edits: Sequence[Edit]) -> list[types.TextEdit]:
    return [types.TextEdit(document.range(each.span), each.text) for each in edits]
