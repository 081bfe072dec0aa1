"""What an editor is told to do so that it speaks with `lefi lsp`."""

from __future__ import annotations

import json
import re
import sys
import tomllib
from pathlib import Path
from typing import Any, Final

import pytest

from lefi_tui import __version__
from lefi_tui.cli import main
from lefi_tui.lang.textmate import SCOPE, grammar

PAGE: Final = (Path(__file__).parents[2] / "lefi_tui/lang/editors.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def test_the_page_has_helix_start_the_server_for_scripts() -> None:
    (block,) = blocks("toml")
    told = tomllib.loads(block)
    (language,) = told["language"]
    (server,) = (told["language-server"][name] for name in language["language-servers"])
    assert [server["command"], *server["args"]] == ["lefi", "lsp"]
    assert (language["file-types"], language["scope"]) == (["lefi"], SCOPE)


def test_the_page_has_emacs_start_the_same() -> None:
    (block,) = blocks("elisp")
    assert '\'(lefi-mode . ("lefi" "lsp"))' in block
    assert block.count("(") == block.count(")")


def test_the_page_has_neovim_start_the_same_in_each_of_its_ways() -> None:
    ways = [each for each in blocks("lua") if "vim.lsp" in each]
    assert len(ways) == 2
    assert all('cmd = { "lefi", "lsp" }' in each for each in ways)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Written as the page says it, by a `lefi` that stands somewhere of its own."""
    command = tmp_path / "bin" / "lefi"
    command.parent.mkdir()
    command.touch()
    monkeypatch.setattr(sys, "argv", [str(command)])
    (line,) = [each for each in blocks("sh")[0].splitlines() if each.startswith("lefi ")]
    words = line.split()[1:]
    assert main([*words[:-1], str(tmp_path / words[-1])]) == 0
    return tmp_path / words[-1]


def manifest(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "package.json").read_text())
    return found


def test_the_folder_for_vs_code_holds_all_that_it_names(folder: Path) -> None:
    told = manifest(folder)
    (language,), (grammar_of,) = told["contributes"]["languages"], told["contributes"]["grammars"]
    named = {told["main"], language["configuration"], grammar_of["path"]}
    assert {each.removeprefix("./") for each in named} | {"package.json"} == {
        each.name for each in folder.iterdir()
    }
    assert (folder / grammar_of["path"]).read_text() == grammar()
    assert (grammar_of["language"], grammar_of["scopeName"]) == (language["id"], SCOPE)
    assert language["extensions"] == [".lefi"]
    assert told["version"] == __version__
    for file in folder.glob("*.json"):
        json.loads(file.read_text())


def test_vs_code_starts_the_lefi_that_wrote_the_folder(folder: Path) -> None:
    (setting,) = manifest(folder)["contributes"]["configuration"]["properties"].values()
    assert Path(setting["default"]) == folder.parent / "bin" / "lefi"


def test_written_again_it_is_the_same(folder: Path) -> None:
    before = {each.name: each.read_text() for each in folder.iterdir()}
    assert main(["lsp", "--vscode", str(folder)]) == 0
    assert {each.name: each.read_text() for each in folder.iterdir()} == before
