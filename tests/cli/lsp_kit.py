"""A real client of `lefi lsp`: it starts the command and speaks with it over its pipes.

Its texts and places are its own, counted on UTF-16 bytes: what it agrees on with the server was
found twice.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import Any, Final, Self

ROOT: Final = Path(__file__).parents[2]
PATIENCE_S: Final = 120.0  # on a busy machine
URI: Final = "file:///home/trader/cross.lefi"
UNITS_BYTES: Final[Mapping[str, tuple[str, int]]] = {
    "utf-8": ("utf-8", 1),
    "utf-16": ("utf-16-le", 2),
    "utf-32": ("utf-32-le", 4),
}
STYLE: Final = {"tabSize": 4, "insertSpaces": True}
EVERYTHING: Final[Mapping[str, object]] = {
    "workspace": {"workspaceEdit": {"documentChanges": True}},
    "textDocument": {
        "completion": {"completionItem": {"snippetSupport": True}},
        "hover": {"contentFormat": ["markdown"]},
        "signatureHelp": {
            "signatureInformation": {"parameterInformation": {"labelOffsetSupport": True}}
        },
    },
}


class Editor:
    """One session. Every message, either way, is kept in `wire`, in its order."""

    def __init__(
        self,
        *,
        code: str = "",
        encodings: Sequence[str] = (),
        capabilities: Mapping[str, object] = EVERYTHING,
        home: Path | None = None,
    ) -> None:
        start = ["-c", code] if code else ["-m", "lefi_tui"]
        self.process = subprocess.Popen(
            [sys.executable, *start, "lsp"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=ROOT,
            env=os.environ | ({"LEFI_HOME": str(home)} if home else {}),
        )
        self.wire: list[tuple[str, dict[str, Any]]] = []
        self.text, self.version, self._asked, self._encodings = "", 0, 0, encodings
        self._capabilities = capabilities
        self._heard: Queue[dict[str, Any] | None] = Queue()
        self._told: list[dict[str, Any]] = []
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()
        self.units = "utf-16"

    def __enter__(self) -> Self:
        offered = {"general": {"positionEncodings": list(self._encodings)}}
        capabilities = {**self._capabilities, **(offered if self._encodings else {})}
        asked = {"processId": None, "rootUri": None, "capabilities": capabilities}
        try:
            self.can = self.ask("initialize", asked)["capabilities"]
        except AssertionError:
            self.__exit__(None)
            raise
        self.units = self.can["positionEncoding"]
        self.say("initialized", {})
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(PATIENCE_S)
        self._reader.join(PATIENCE_S)
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            assert pipe is not None
            pipe.close()

    # ---- the wire

    def send(self, body: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.process.stdin.flush()

    def _sent(self, message: dict[str, Any]) -> None:
        whole = {"jsonrpc": "2.0", **message}
        self.wire.append(("->", whole))
        self.send(json.dumps(whole, ensure_ascii=False).encode("utf-8", "surrogatepass"))

    def _read(self) -> None:
        """Ends at the first byte that is no message: whoever waits is told."""
        pipe = self.process.stdout
        assert pipe is not None
        while line := pipe.readline():
            if not line.startswith(b"Content-Length: "):
                break
            while pipe.readline().strip():
                pass
            body = pipe.read(int(line.partition(b": ")[2]))
            self._heard.put(json.loads(body))
        self._heard.put(None)

    def _next(self) -> dict[str, Any]:
        message = self._heard.get(timeout=PATIENCE_S)
        assert message is not None, "the server's output ended, or held what is no message"
        self.wire.append(("<-", message))
        return message

    def say(self, method: str, params: object) -> None:
        self._sent({"method": method, "params": params})

    def asked(self, method: str, params: object) -> int:
        self._asked += 1
        self._sent({"id": self._asked, "method": method, "params": params})
        return self._asked

    def answer(self, number: int) -> dict[str, Any]:
        """The whole message; what is told meanwhile is kept for `told`."""
        while (message := self._next()).get("id") != number:
            self._told.append(message)
        return message

    def ask(self, method: str, params: object) -> Any:
        message = self.answer(self.asked(method, params))
        assert "error" not in message, message
        return message["result"]

    def told(self) -> dict[str, Any]:
        """The next diagnostics' parameters."""
        message = self._told.pop(0) if self._told else self._next()
        assert message["method"] == "textDocument/publishDiagnostics", message
        params: dict[str, Any] = message["params"]
        return params

    # ---- a text

    def open(self, text: str, uri: str = URI) -> None:
        self.text, self.version = text, 1
        opened = {"uri": uri, "languageId": "lefi", "version": 1, "text": text}
        self.say("textDocument/didOpen", {"textDocument": opened})

    def type(self, old: str, new: str, uri: str = URI) -> None:
        """Writes in the place of the first `old`, as an editor tells it."""
        self.type_at(self.text.index(old), len(old), new, uri)

    def type_at(self, start: int, length: int, new: str, uri: str = URI) -> None:
        span = {"start": self.place(start), "end": self.place(start + length)}
        self.text = self.text[:start] + new + self.text[start + length :]
        self.version += 1
        of = {"uri": uri, "version": self.version}
        changes = [{"range": span, "text": new}]
        self.say("textDocument/didChange", {"textDocument": of, "contentChanges": changes})

    def about(self, at: str = "", **more: object) -> dict[str, Any]:
        """A question's parameters: of the place where `|` stands in `at`, a piece of the text."""
        asked: dict[str, Any] = {"textDocument": {"uri": URI}, **more}
        if at:
            asked["position"] = self.place(self.text.index(at.replace("|", "")) + at.index("|"))
        return asked

    def restyled(self) -> Any:
        return self.ask("textDocument/formatting", self.about(options=STYLE))

    def place(self, offset: int) -> dict[str, int]:
        before = self.text[:offset]
        code, size = UNITS_BYTES[self.units]
        row = before.rpartition("\n")[2].encode(code, "surrogatepass")
        return {"line": before.count("\n"), "character": len(row) // size}

    def everywhere(self) -> dict[str, Any]:
        return {"start": self.place(0), "end": self.place(len(self.text))}

    def words(self, found: Mapping[str, Any]) -> str:
        """What stands at a range."""
        start, end = (self.offset(found[each]) for each in ("start", "end"))
        return self.text[start:end]

    def offset(self, place: Mapping[str, int]) -> int:
        code, size = UNITS_BYTES[self.units]
        lines = self.text.split("\n")
        row = lines[place["line"]].encode(code, "surrogatepass")[: place["character"] * size]
        before = sum(len(line) + 1 for line in lines[: place["line"]])
        return before + len(row.decode(code, "surrogatepass"))

    def applied(self, edits: Sequence[Mapping[str, Any]]) -> str:
        text = self.text
        for each in sorted(edits, key=lambda one: self.offset(one["range"]["start"]), reverse=True):
            start, end = (self.offset(each["range"][side]) for side in ("start", "end"))
            text = text[:start] + each["newText"] + text[end:]
        return text

    # ---- its end

    def left(self) -> int:
        """After `shutdown` and `exit`, or once its standard input is closed: the exit status."""
        return self.process.wait(PATIENCE_S)

    def complaints(self) -> str:
        assert self.process.stderr is not None
        return self.process.stderr.read().decode()
