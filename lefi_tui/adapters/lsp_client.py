"""What the editor at the other end understands, by what it said of itself."""

from __future__ import annotations

from lsprotocol import types
from pygls.capabilities import get_capability


class Client:
    """`symbols` are those of the markets that can be traded."""

    def __init__(self, capabilities: types.ClientCapabilities, symbols: tuple[str, ...]) -> None:
        self.symbols = symbols

        def has(what: str) -> bool:
            return bool(get_capability(capabilities, what))

        self.has_versions = has("workspace.workspace_edit.document_changes")
        self.has_snippets = has("text_document.completion.completion_item.snippet_support")
        self.has_label_offsets = has(
            "text_document.signature_help.signature_information"
            ".parameter_information.label_offset_support"
        )
        formats = get_capability(capabilities, "text_document.hover.content_format", ())
        self.has_markdown = not formats or types.MarkupKind.Markdown in formats
