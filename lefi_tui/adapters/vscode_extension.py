"""What VS Code needs to know Lefi, as a folder: its colors, its brackets, and who answers it.

VS Code starts a language server only from an extension. This one is ten lines beside the client
library of its makers, which npm brings.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from lefi_tui.lang.textmate import SCOPE, grammar

_MAIN: Final = """\
const { workspace } = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

let client;

exports.activate = () => {
  const command = workspace.getConfiguration("lefi").get("command");
  const server = { command, args: ["lsp"] };
  client = new LanguageClient("lefi", "Lefi", server, { documentSelector: ["lefi"] });
  return client.start();
};

exports.deactivate = () => client && client.stop();
"""
_PAIRS: Final = (("{", "}"), ("(", ")"), ("[", "]"))
_BRACKETS: Final[Mapping[str, Any]] = {
    "comments": {"lineComment": "//"},
    "brackets": _PAIRS,
    "autoClosingPairs": [*_PAIRS, {"open": '"', "close": '"', "notIn": ["string", "comment"]}],
    "surroundingPairs": [*_PAIRS, ('"', '"')],
}


def write(folder: Path, command: str, version: str) -> None:
    """Makes the folder, or writes its files anew; `command` starts `lefi` on this machine."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in _files(command, version).items():
        (folder / name).write_text(text, encoding="utf-8")


def _files(command: str, version: str) -> Mapping[str, str]:
    return {
        "package.json": _json(_manifest(command, version)),
        "extension.js": _MAIN,
        "language-configuration.json": _json(_BRACKETS),
        "lefi.tmLanguage.json": grammar(),
    }


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def _manifest(command: str, version: str) -> dict[str, Any]:
    language = {
        "id": "lefi",
        "aliases": ["Lefi"],
        "extensions": [".lefi"],
        "configuration": "./language-configuration.json",
    }
    setting = {"type": "string", "default": command, "description": "What starts lefi"}
    return {
        "name": "lefi",
        "displayName": "Lefi",
        "description": "Scripts for the Lefi desk: messages, completion, style and colors",
        "version": version,
        "publisher": "local",
        "engines": {"vscode": "^1.82.0"},
        "main": "./extension.js",
        "contributes": {
            "languages": [language],
            "grammars": [
                {"language": "lefi", "scopeName": SCOPE, "path": "./lefi.tmLanguage.json"}
            ],
            "configuration": {"title": "Lefi", "properties": {"lefi.command": setting}},
            "configurationDefaults": {"[lefi]": {"editor.formatOnSave": True}},
        },
        "dependencies": {"vscode-languageclient": "^9.0.1"},
    }
