"""`lefi lsp` as a process: how it begins and ends, and what can't stop it."""

from __future__ import annotations

import json

from tests.cli.lsp_kit import STYLE, URI, Editor

WRONG = "x = 1\ny = Byu(x)\n"


def test_it_ends_when_its_editor_says_so() -> None:
    with Editor() as editor:
        editor.ask("shutdown", None)
        editor.say("exit", None)
        assert editor.left() == 0
        assert editor.complaints() == ""


def test_an_exit_that_no_shutdown_came_before_is_told_by_its_status() -> None:
    with Editor() as editor:
        editor.say("exit", None)
        assert editor.left() == 1


def test_it_ends_when_its_editor_is_gone() -> None:
    with Editor() as editor:
        editor.open(WRONG)
        editor.told()
        assert editor.process.stdin is not None
        editor.process.stdin.close()
        assert editor.left() == 0
        assert editor.complaints() == ""


def test_it_ends_too_while_it_reads_a_text() -> None:
    with Editor() as editor:
        editor.open(WRONG * 500)
        assert editor.process.stdin is not None
        editor.process.stdin.close()
        assert editor.left() == 0
        assert "Traceback" not in editor.complaints()


PRINTS = """
import sys
from lefi_tui.adapters import lsp_style
real = lsp_style.formatted
def loud(text):
    print("a library of a library says hello")
    sys.stdout.flush()
    if "fault" in text:
        raise ZeroDivisionError(text)
    return real(text)
lsp_style.formatted = loud
from lefi_tui.cli import main
sys.exit(main(sys.argv[1:]))
"""


def test_what_prints_does_not_reach_the_protocol() -> None:
    with Editor(code=PRINTS) as editor:
        editor.open("x=1\n")
        (edit,) = editor.restyled()
        assert edit["newText"] == "x = 1\n"
        editor.ask("shutdown", None)
        editor.say("exit", None)
        assert editor.left() == 0
        assert editor.complaints() == "a library of a library says hello\n"


def test_a_fault_in_one_question_is_its_answer_and_the_next_one_is_answered() -> None:
    with Editor(code=PRINTS) as editor:
        editor.open("// fault\nx=1\n")
        asked = editor.asked("textDocument/formatting", editor.about(options=STYLE))
        assert editor.answer(asked)["error"]["code"] == -32603
        editor.type("fault", "no more")
        (edit,) = editor.restyled()
        assert edit["newText"] == "x = 1\n"


def test_a_question_that_cant_be_read_is_answered_with_an_error() -> None:
    with Editor() as editor:
        editor.open(WRONG)
        asked = editor.asked("textDocument/formatting", {"textDocument": 7})
        assert editor.answer(asked)["error"]["code"] == -32602
        asked = editor.asked("textDocument/teleport", {})
        assert editor.answer(asked)["error"]["code"] == -32601
        assert editor.told()["version"] == 1


def test_what_is_no_message_and_a_text_that_is_not_open_stop_nothing() -> None:
    with Editor() as editor:
        editor.send(b"{ this is no JSON")
        change = {"textDocument": {"uri": URI, "version": 9}, "contentChanges": [{"text": "x"}]}
        editor.say("textDocument/didChange", change)
        editor.say("textDocument/didClose", {"textDocument": {"uri": URI}})
        assert editor.restyled() is None
        editor.open(WRONG)
        assert [each["code"] for each in editor.told()["diagnostics"]] == ["LF203"]


SLOW = """
import sys, threading
from lefi_tui.adapters import lsp_server, lsp_style
go = threading.Event()
def slowly(real):
    def work(text):
        sys.stderr.write("reads\\n")
        sys.stderr.flush()
        if "wait" in text:
            go.wait()
        return real(text)
    return work
lsp_server.analysed = slowly(lsp_server.analysed)
lsp_style.formatted = slowly(lsp_style.formatted)
server = lsp_server.LefiServer
put = server.put
def heard(self, document):
    put(self, document)
    if "now" in document.text:
        go.set()
server.put = heard
from lefi_tui.cli import main
sys.exit(main(sys.argv[1:]))
"""


def test_of_a_text_that_changed_meanwhile_only_the_newest_is_told() -> None:
    """The first is being read while nine others are typed: none of those ten is told about."""
    with Editor(code=SLOW) as editor:
        editor.open("// wait 0\ny = Byu(1)\n")
        assert editor.process.stderr is not None
        assert editor.process.stderr.readline() == b"reads\n"
        for number in range(9):
            editor.type(f"wait {number}", f"wait {number + 1}")
        editor.type("wait 9", "now")
        assert editor.told()["version"] == editor.version == 11
        editor.ask("shutdown", None)
        editor.say("exit", None)
        editor.left()
        assert editor.complaints() == "reads\n"  # nor was any of the nine read
        told = [each for way, each in editor.wire if "publishDiagnostics" in json.dumps(each)]
        assert len(told) == 1


def test_a_question_may_be_taken_back_while_it_is_being_answered() -> None:
    with Editor(code=SLOW) as editor:
        editor.open("x = 1\n")
        assert editor.told()["diagnostics"]
        editor.type("1", "1  // wait")
        asked = editor.asked("textDocument/formatting", editor.about(options=STYLE))
        editor.say("$/cancelRequest", {"id": asked})
        assert editor.answer(asked)["error"]["code"] == -32800
        editor.type("wait", "now")
        assert editor.told()["version"] == editor.version
        assert editor.restyled() == []


def test_no_question_waits_for_a_check() -> None:
    with Editor(code=SLOW) as editor:
        editor.open("// wait\ny = Spo\n")
        assert editor.process.stderr is not None
        assert editor.process.stderr.readline() == b"reads\n"
        found = editor.ask("textDocument/completion", editor.about("y = Spo|"))
        assert [each["label"] for each in found["items"]][:1] == ["Spot"]
        editor.type("wait", "now")
        assert editor.told()["version"] == 2


def test_a_text_that_is_closed_has_no_messages_any_more() -> None:
    with Editor() as editor:
        editor.open(WRONG)
        assert editor.told()["diagnostics"]
        editor.say("textDocument/didClose", {"textDocument": {"uri": URI}})
        assert editor.told()["diagnostics"] == []
