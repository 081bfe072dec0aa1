"""Each question an editor may ask about a script, and its answer: a function of the text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from lsprotocol import types

from lefi_tui.adapters import lsp_told
from lefi_tui.adapters.lsp_colors import LEGEND, colors
from lefi_tui.adapters.lsp_document import Document
from lefi_tui.adapters.lsp_style import styled
from lefi_tui.lang.examine import examined


class Client:
    """What the editor understands."""

    def __init__(self, capabilities: types.ClientCapabilities) -> None:
        workspace = capabilities.workspace
        edits = workspace.workspace_edit if workspace else None
        self.has_versions = bool(edits and edits.document_changes)


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
    found = examined(document.text).diagnostics
    wanted = document.span(params.range)
    return lsp_told.fixes(document, found, wanted, has_versions=client.has_versions)


def _colors(document: Document, _: types.SemanticTokensParams, __: Client) -> types.SemanticTokens:
    return colors(document)


Answer = Callable[[Document, Any, Client], object]
ASKED: Final[Mapping[str, tuple[Answer, object]]] = {
    types.TEXT_DOCUMENT_FORMATTING: (_formatting, None),
    types.TEXT_DOCUMENT_CODE_ACTION: (
        _actions,
        types.CodeActionOptions([types.CodeActionKind.QuickFix]),
    ),
    types.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL: (_colors, LEGEND),
}
