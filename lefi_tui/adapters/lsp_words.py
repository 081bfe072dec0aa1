"""What the analysis knows of words, as an editor shows it: rows, hovers, signatures, outlines."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from lsprotocol import types

from lefi_tui.adapters.lsp_client import Client
from lefi_tui.adapters.lsp_document import Document
from lefi_tui.lang.authoring.records import Completion, Completions, Hover, Outlined, Signature

_Item = types.CompletionItemKind
ITEMS: Final[Mapping[str, types.CompletionItemKind]] = {
    "method": _Item.Function,
    "indicator": _Item.Function,
    "function": _Item.Function,
    "event": _Item.Event,
    "field": _Item.Field,
    "name": _Item.Variable,
    "state": _Item.Variable,
    "setting": _Item.Property,
    "argument": _Item.Property,
    "keyword": _Item.Keyword,
    "word": _Item.Keyword,
    "symbol": _Item.Value,
    "duration": _Item.Unit,
}
_Symbol = types.SymbolKind
SYMBOLS: Final[Mapping[str, types.SymbolKind]] = {
    "script": _Symbol.Module,
    "setting": _Symbol.Property,
    "state": _Symbol.Variable,
    "function": _Symbol.Function,
    "policy": _Symbol.Object,
    "handler": _Symbol.Event,
    "test": _Symbol.Method,
    "name": _Symbol.Variable,
}


def completions(document: Document, found: Completions, client: Client) -> types.CompletionList:
    """In the order of the analysis: an editor that would sort by letters is told numbers."""
    place = document.range(found.span)
    items = [_item(number, each, place, client) for number, each in enumerate(found.rows)]
    return types.CompletionList(is_incomplete=False, items=items)


def _item(number: int, row: Completion, place: types.Range, client: Client) -> types.CompletionItem:
    is_snippet = client.has_snippets and row.cursor < len(row.insert)
    words = _snippet(row) if is_snippet else row.insert
    form = types.InsertTextFormat
    return types.CompletionItem(
        row.label,
        kind=ITEMS[row.kind],
        detail=row.detail or None,
        documentation=_marked(row.docs, client) if row.docs else None,
        sort_text=f"{number:04}",
        filter_text=row.insert,
        insert_text_format=form.Snippet if is_snippet else form.PlainText,
        text_edit=types.TextEdit(place, words),
    )


def _snippet(row: Completion) -> str:
    """With the cursor where the next word goes."""
    before, behind = row.insert[: row.cursor], row.insert[row.cursor :]
    return f"{_plain(before)}$0{_plain(behind)}"


def _plain(words: str) -> str:
    return re.sub(r"[\\$}]", r"\\\g<0>", words)


def hover(document: Document, found: Hover, client: Client) -> types.Hover:
    title = f"```lefi\n{found.title}\n```" if client.has_markdown else found.title
    paragraphs = [title, *([found.unit] if found.unit else []), *found.docs]
    return types.Hover(_marked("\n\n".join(paragraphs), client), document.range(found.span))


def _marked(words: str, client: Client) -> types.MarkupContent:
    kind = types.MarkupKind.Markdown if client.has_markdown else types.MarkupKind.PlainText
    return types.MarkupContent(kind, words)


def signature(found: Signature, client: Client) -> types.SignatureHelp:
    """`active` is past the last one where the cursor is in none: an editor then marks none."""
    params = [
        types.ParameterInformation(
            stretch if client.has_label_offsets else found.form[slice(*stretch)]
        )
        for stretch in found.params
    ]
    active = found.active if found.active >= 0 else len(params)
    docs = _marked(found.docs, client) if found.docs else None
    one = types.SignatureInformation(found.form, docs, params, active)
    return types.SignatureHelp([one], 0, active)


def symbol(document: Document, found: Outlined) -> types.DocumentSymbol:
    return types.DocumentSymbol(
        found.name,
        SYMBOLS[found.kind],
        document.range(found.span),
        document.range(found.name_span),
        children=[symbol(document, each) for each in found.children],
    )
