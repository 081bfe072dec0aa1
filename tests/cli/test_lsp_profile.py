"""What an editor of one's own shares with the desk of the same profile."""

from __future__ import annotations

from pathlib import Path

from lefi_tui.adapters.script_versions import ScriptVersions
from tests.cli.lsp_kit import Editor

CLEAN = 'on Candle("BTC/USDT", 1m) {\n    Print("{close}")\n}\n'


def saved(editor: Editor, file: Path, text: str) -> None:
    """Written by the editor, which then says so; answered once the server has read it."""
    file.parent.mkdir(exist_ok=True)
    file.write_text(text)
    uri = file.as_uri()
    editor.open(text, uri)
    editor.told()
    editor.say("textDocument/didSave", {"textDocument": {"uri": uri}})
    editor.ask("textDocument/documentSymbol", {"textDocument": {"uri": uri}})


def texts(file: Path) -> list[str]:
    versions = ScriptVersions(file)
    return [versions.text(each) for each in versions.listed().rows]


def test_a_script_of_the_profile_saved_elsewhere_is_a_version_of_it(tmp_path: Path) -> None:
    file = tmp_path / "scripts" / "mine.lefi"
    with Editor(home=tmp_path) as editor:
        assert editor.can["textDocumentSync"]["save"]
        saved(editor, file, CLEAN)
        saved(editor, file, CLEAN.replace("1m", "5m"))
        saved(editor, file, CLEAN.replace("close", "clse"))
        saved(editor, file, CLEAN)
    assert texts(file) == [CLEAN, CLEAN.replace("1m", "5m"), CLEAN]


def test_of_other_scripts_nothing_is_kept(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere" / "mine.lefi"
    with Editor(home=tmp_path) as editor:
        saved(editor, elsewhere, CLEAN)
    assert [each.name for each in elsewhere.parent.iterdir()] == ["mine.lefi"]


def test_a_version_that_cant_be_kept_is_told_and_the_save_stands(tmp_path: Path) -> None:
    file = tmp_path / "scripts" / "mine.lefi"
    file.parent.mkdir()
    (file.parent / ".versions").write_text("a file where a folder should be")
    with Editor(home=tmp_path) as editor:
        saved(editor, file, CLEAN)
        messages = [each for _, each in editor.wire if each.get("method") == "window/showMessage"]
        (told,) = messages
        assert told["params"]["message"].startswith(f"No version was kept of {file}")


def test_markets_whose_candles_are_there_are_offered(tmp_path: Path) -> None:
    shelf = tmp_path / "candles" / "kraken" / "DOGE-EUR-5m.csv"
    shelf.parent.mkdir(parents=True)
    shelf.touch()
    with Editor(home=tmp_path) as editor:
        editor.open('x = Spot("")\n')
        found = editor.ask("textDocument/completion", editor.about('Spot("|")'))["items"]
        labels = [each["label"] for each in found]
    assert "BTC/USDT" in labels
    assert "DOGE/EUR" in labels
