"""Each question an editor may ask about a script, and its answer: a function of the text.

The rule it keeps: nothing is known of Lefi here; the one analysis is asked and its words are told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from lefi_tui.adapters import lsp_told, lsp_words
from lefi_tui.adapters.lsp_client import Client
from lefi_tui.adapters.lsp_colors import LEGEND, colors
from lefi_tui.adapters.lsp_document import Document
from lefi_tui.adapters.lsp_style import styled
from lefi_tui.lang.authoring.analysis import analysed


class NotSoError(JsonRpcException):
    """What was asked for can't be done, and why, for the person who asked."""

    CODE = types.LSPErrorCodes.RequestFailed.value


def _completion(
    document: Document, params: types.CompletionParams, client: Client
) -> types.CompletionList:
    at = document.offset(params.position)
    found = analysed(document.text).completions(at, client.symbols)
    return lsp_words.completions(document, found, client)


def _hover(document: Document, params: types.HoverParams, client: Client) -> types.Hover | None:
    """Right behind a name, of that name: editors without a mouse ask with the cursor there."""
    text, at = document.text, document.offset(params.position)
    is_behind = text[max(0, at - 1) : at].isalnum() and not text[at : at + 1].isalnum()
    found = analysed(text).hover(at - is_behind)
    return None if found is None else lsp_words.hover(document, found, client)


def _signature(
    document: Document, params: types.SignatureHelpParams, client: Client
) -> types.SignatureHelp | None:
    found = analysed(document.text).signature(document.offset(params.position))
    return None if found is None else lsp_words.signature(found, client)


def _definition(
    document: Document, params: types.DefinitionParams, _: Client
) -> types.Location | None:
    found = analysed(document.text).definition(document.offset(params.position))
    return None if found is None else types.Location(document.uri, document.range(found))


def _references(
    document: Document, params: types.ReferenceParams, _: Client
) -> list[types.Location]:
    analysis, at = analysed(document.text), document.offset(params.position)
    left_out = None if params.context.include_declaration else analysis.definition(at)
    return [
        types.Location(document.uri, document.range(each))
        for each in analysis.references(at)
        if each != left_out
    ]


def _highlights(
    document: Document, params: types.DocumentHighlightParams, _: Client
) -> list[types.DocumentHighlight]:
    found = analysed(document.text).references(document.offset(params.position))
    return [types.DocumentHighlight(document.range(each)) for each in found]


def _before_rename(
    document: Document, params: types.PrepareRenameParams, _: Client
) -> types.PrepareRenamePlaceholder | None:
    analysis, at = analysed(document.text), document.offset(params.position)
    found = [each for each in analysis.references(at) if each.start <= at <= each.end]
    if not found:
        return None
    name = document.text[found[-1].start : found[-1].end]
    refusal = analysis.renamed(at, name).refusal
    if refusal:
        raise NotSoError(refusal)
    return types.PrepareRenamePlaceholder(document.range(found[-1]), name)


def _rename(document: Document, params: types.RenameParams, client: Client) -> types.WorkspaceEdit:
    found = analysed(document.text).renamed(document.offset(params.position), params.new_name)
    if found.refusal:
        raise NotSoError(found.refusal)
    return lsp_told.workspace_edit(document, found.edits, has_versions=client.has_versions)


def _symbols(
    document: Document, _: types.DocumentSymbolParams, __: Client
) -> list[types.DocumentSymbol]:
    return [lsp_words.symbol(document, each) for each in analysed(document.text).outline()]


def _formatting(
    document: Document, _: types.DocumentFormattingParams, __: Client
) -> list[types.TextEdit] | None:
    edits = styled(document.text)
    return None if edits is None else lsp_told.text_edits(document, edits)


def _actions(
    document: Document, params: types.CodeActionParams, client: Client
) -> list[types.CodeAction]:
    only = params.context.only
    if only is not None and types.CodeActionKind.QuickFix not in only:
        return []
    found = analysed(document.text).diagnostics
    wanted = document.span(params.range)
    return lsp_told.fixes(document, found, wanted, has_versions=client.has_versions)


def _colors(document: Document, _: types.SemanticTokensParams, __: Client) -> types.SemanticTokens:
    return colors(document)


Answer = Callable[[Document, Any, Client], object]
ASKED: Final[Mapping[str, tuple[Answer, object]]] = {
    types.TEXT_DOCUMENT_COMPLETION: (
        _completion,
        types.CompletionOptions(trigger_characters=['"', ".", "("]),
    ),
    types.TEXT_DOCUMENT_HOVER: (_hover, None),
    types.TEXT_DOCUMENT_SIGNATURE_HELP: (
        _signature,
        types.SignatureHelpOptions(trigger_characters=["(", ","]),
    ),
    types.TEXT_DOCUMENT_DEFINITION: (_definition, None),
    types.TEXT_DOCUMENT_REFERENCES: (_references, None),
    types.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT: (_highlights, None),
    types.TEXT_DOCUMENT_PREPARE_RENAME: (_before_rename, None),
    types.TEXT_DOCUMENT_RENAME: (_rename, types.RenameOptions(prepare_provider=True)),
    types.TEXT_DOCUMENT_DOCUMENT_SYMBOL: (_symbols, None),
    types.TEXT_DOCUMENT_FORMATTING: (_formatting, None),
    types.TEXT_DOCUMENT_CODE_ACTION: (
        _actions,
        types.CodeActionOptions([types.CodeActionKind.QuickFix]),
    ),
    types.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL: (_colors, LEGEND),
}
