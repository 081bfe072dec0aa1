"""The language server: what an editor asks about a script, answered as the desk's own editor is.

It keeps three rules. Typing never waits: texts are checked and questions answered on threads of
their own, and of a text that changes meanwhile only the newest is told about. Standard output
carries the protocol and nothing else. A fault in one question is that question's answer, and the
next one is answered.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Final

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol, lsp_method

from lefi_tui.adapters import lsp_told
from lefi_tui.adapters.lsp_answers import ASKED, NotSoError
from lefi_tui.adapters.lsp_client import Client
from lefi_tui.adapters.lsp_document import Document
from lefi_tui.adapters.lsp_places import Units
from lefi_tui.adapters.lsp_profile import Profile
from lefi_tui.lang.authoring.analysis import analysed
from lefi_tui.lang.diagnostic import Diagnostic

NOT_ENDED: Final = 1  # an `exit` that no `shutdown` came before, as the protocol has it


class _Protocol(LanguageServerProtocol):
    """The library's, with our texts in the place of its own (lsp_document.py says why)."""

    _server: LefiServer

    @lsp_method(types.TEXT_DOCUMENT_DID_OPEN)
    def lsp_text_document__did_open(self, params: types.DidOpenTextDocumentParams) -> None:
        opened = params.text_document
        self._server.opened(opened.uri, opened.version, opened.text)

    @lsp_method(types.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(self, params: types.DidChangeTextDocumentParams) -> None:
        document = self._server.documents.get(params.text_document.uri)
        if document is not None:
            new = document.changed(params.text_document.version, params.content_changes)
            self._server.put(new)

    @lsp_method(types.TEXT_DOCUMENT_DID_CLOSE)
    def lsp_text_document__did_close(self, params: types.DidCloseTextDocumentParams) -> None:
        self._server.closed(params.text_document.uri)

    def structure_message(self, data: dict[str, Any]) -> Any:
        """A question that can't be read is answered too: its editor would wait for ever."""
        try:
            return super().structure_message(data)
        except JsonRpcException as error:
            if "id" in data and "method" in data:
                self._send_response(data["id"], error=error.to_response_error())
            raise


class LefiServer(LanguageServer):
    """Texts by their names, a thread that checks them, and one that answers about them."""

    protocol: _Protocol

    def __init__(self, version: str, profile: Profile) -> None:
        super().__init__("lefi", version, protocol_cls=_Protocol)
        self._profile = profile
        self.documents: dict[str, Document] = {}
        self._checks: dict[str, asyncio.Task[None]] = {}
        self._checker = ThreadPoolExecutor(1, "lefi-checks")
        self._answerer = ThreadPoolExecutor(1, "lefi-answers")  # no question waits for a check
        self.said: set[str] = set()  # of the two words that end a session
        for word in (types.SHUTDOWN, types.EXIT):
            self.feature(word)(partial(self._ending, word))
        # Emacs and others tell their settings unasked; there is none for this server.
        self.feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)(lambda _: None)
        self.feature(types.TEXT_DOCUMENT_DID_SAVE)(partial(self._saved))
        for method, (answer, options) in ASKED.items():
            self.feature(method, options)(self._answering(answer))

    def _ending(self, word: str, *_: object) -> None:
        self.said.add(word)

    def _answering(self, answer: Callable[..., object]) -> Callable[..., object]:
        async def asked(params: Any) -> object:
            document = self.documents.get(params.text_document.uri)
            if document is None:
                return None
            return await _in(self._answerer, self._answered, answer, document, params)

        return asked

    def _answered(self, answer: Callable[..., object], document: Document, params: Any) -> object:
        client = Client(self.client_capabilities, self._profile.symbols)
        return answer(document, params, client)

    async def _saved(self, params: types.DidSaveTextDocumentParams) -> None:
        problem = await _in(self._answerer, self._profile.saved, params.text_document.uri)
        if problem:
            told = types.ShowMessageParams(types.MessageType.Warning, problem)
            self.window_show_message(told)

    # ---- texts

    def opened(self, uri: str, version: int, text: str) -> None:
        self.put(Document(uri, version, text, Units(self.workspace.position_encoding or "utf-16")))

    def put(self, document: Document) -> None:
        self.documents[document.uri] = document
        if document.uri not in self._checks:
            self._checks[document.uri] = asyncio.ensure_future(self._check(document.uri))

    def closed(self, uri: str) -> None:
        if self.documents.pop(uri, None) is not None:
            self._publish(uri, None, [])

    async def _check(self, uri: str) -> None:
        """One at a time of each text: what is typed meanwhile is read next, and of what it was
        before nothing is told."""
        told: Document | None = None
        try:
            while (document := self.documents.get(uri)) is not None and document is not told:
                found = await _in(self._checker, _found, document.text)
                told = document
                if self.documents.get(uri) is document:
                    shown = [lsp_told.told(document, each) for each in found]
                    self._publish(uri, document.version, shown)
        finally:
            del self._checks[uri]

    def _publish(self, uri: str, version: int | None, shown: list[types.Diagnostic]) -> None:
        told = types.PublishDiagnosticsParams(uri, shown, version)
        self.text_document_publish_diagnostics(told)

    def report_server_error(self, error: Exception, source: object) -> None:
        """The library's log says it on standard error; a window over a script helps nobody."""

    def shutdown(self) -> None:
        for each in (self._checker, self._answerer):
            each.shutdown(cancel_futures=True)
        super().shutdown()  # type: ignore[no-untyped-call]


async def _in(thread: ThreadPoolExecutor, work: Callable[..., Any], *given: object) -> Any:
    return await asyncio.get_running_loop().run_in_executor(thread, work, *given)


def _found(text: str) -> tuple[Diagnostic, ...]:
    return analysed(text).diagnostics


def _is_worth_a_log(record: logging.LogRecord) -> bool:
    """A refusal is an answer like others; the library takes it for a fault."""
    return record.exc_info is None or not isinstance(record.exc_info[1], NotSoError)


def serve(version: str, profile: Profile) -> int:
    """Until the editor says so or its end of the line closes; the exit status."""
    # Nobody is there to be told of ^C, and a thread that waits for standard input can't be woken.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    wire = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # whatever prints, prints there
    logging.getLogger("pygls.protocol.json_rpc").addFilter(_is_worth_a_log)
    server = LefiServer(version, profile)
    server.start_io(sys.stdin.buffer, wire)
    return NOT_ENDED if server.said == {types.EXIT} else 0
