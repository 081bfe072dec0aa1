"""A short session of an editor with `lefi lsp`, as it went over the wire: the file beside this.

Run as a program, it writes the file anew.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from tests.cli.lsp_kit import STYLE, Editor

FILE: Final = Path(__file__).with_name("lsp_session.txt")
SCRIPT: Final = """\
// 🚀 first
setting fast = 12 in 2..200
on Candle("BTC/USDT", 5m) {
  quick = EMA(close, fast)
    if quick > close { Byu("BTC/USDT", 5%, stop_loss = 2%) }
}
"""


def session() -> str:
    with Editor() as editor:
        editor.open(SCRIPT)
        editor.told()
        place = {"start": editor.place(SCRIPT.index("Byu")), "end": editor.place(len(SCRIPT))}
        asked = editor.about(range=place, context={"diagnostics": []})
        editor.ask("textDocument/codeAction", asked)
        editor.type("Byu", "Buy")
        editor.told()
        editor.ask("textDocument/hover", editor.about("qui|ck > close"))
        editor.ask("textDocument/signatureHelp", editor.about("EMA(close, |fast)"))
        editor.ask("textDocument/definition", editor.about("EMA(close, fa|st)"))
        everywhere = {"includeDeclaration": True}
        editor.ask("textDocument/references", editor.about("EMA(close, fa|st)", context=everywhere))
        editor.ask("textDocument/prepareRename", editor.about("EMA(close, fa|st)"))
        editor.ask("textDocument/rename", editor.about("EMA(close, fa|st)", newName="speed"))
        editor.answer(editor.asked("textDocument/rename", editor.about("fa|st =", newName="if")))
        editor.ask("textDocument/formatting", editor.about(options=STYLE))
        editor.ask("textDocument/documentSymbol", editor.about())
        editor.type("quick > close", "quick > cl")
        editor.told()
        editor.ask("textDocument/completion", editor.about("quick > cl|"))
        editor.ask("shutdown", None)
        editor.say("exit", None)
        assert editor.left() == 0
        names: dict[object, str] = {}
        return "".join(_written(way, each, names) for way, each in editor.wire)


def _written(way: str, message: dict[str, Any], names: dict[object, str]) -> str:
    """Way, number, method, and what is asked or answered; an answer bears its question's name."""
    number, method = message.get("id", ""), message.get("method", "")
    if method:
        names[number] = method
    body = next((message[key] for key in ("params", "result", "error") if key in message), None)
    whole = json.dumps(body, ensure_ascii=False, sort_keys=True)
    words = (way, str(number), method or names[number], whole)
    return " ".join(each for each in words if each) + "\n"


if __name__ == "__main__":
    FILE.write_text(session(), encoding="utf-8")
