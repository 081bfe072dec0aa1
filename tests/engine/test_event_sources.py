"""Events from a folder and a webhook: each heard once, what is wrong refused with its reason."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bots.automated import Automated
from lefi_tui.adapters.event_folder import FILES_A_LOOK, KEPT_MAX, EventFolder
from lefi_tui.adapters.system_clock import SystemClock, VirtualClock
from lefi_tui.adapters.webhook import BURST, CONNECTIONS_MAX, HOST, Webhook, signature
from lefi_tui.core import messages as m
from lefi_tui.core.codec import decode
from lefi_tui.core.desk import Desk
from lefi_tui.engine.standing import Standing
from lefi_tui.engine.turn import Receipt, take_turn
from lefi_tui.event_text import BYTES_MAX
from tests.engine.kit import ACCOUNT, LIST, OPEN

HEARS = 'on Event("fear") { if event.score < 20 { Print("fear {event.score}") } }'
SECRET = "s" * 32
NOW_S = 1_800_000_000
PATIENCE_S = 60.0


@dataclass
class DeskEar:
    """A desk in memory: takes turns as the engine does."""

    standing: Standing = field(default_factory=lambda: Standing(Desk({"automated": Automated()})))
    said: list[str] = field(default_factory=list)
    crashes: bool = False  # after the turn is durable, before its answer is known

    def send(self, command: m.Command) -> Receipt:
        turn = take_turn(self.standing, [command], 5)
        self.standing = turn.after
        for row in turn.batch.rows:
            if row.type == "NoteWritten":
                self.said.append(decode(row.type, row.version, row.body).text)
        return turn.handled[0].receipt()

    async def emit(self, event: m.EmitEvent) -> Receipt:
        receipt = self.send(event)
        if self.crashes:
            raise OSError("the power is gone")
        return receipt

    def is_taken(self, event_id: str) -> bool:
        return event_id in self.standing.desk.taken


def hearing() -> DeskEar:
    ear = DeskEar()
    for command in (OPEN, LIST, m.StartBot("ears", "automated", ACCOUNT, HEARS)):
        assert ear.send(command).is_accepted
    return ear


# ---- the folder


def watched(folder: Path) -> EventFolder:
    for place in ("", "done", "refused"):
        (folder / place).mkdir(exist_ok=True)
    return EventFolder(folder, VirtualClock())


def looked(source: EventFolder, ear: DeskEar, times: int = 2) -> None:
    async def look() -> None:
        for _ in range(times):
            await source.look(ear)

    asyncio.run(look())


def moved(folder: Path, place: str) -> list[str]:
    return sorted(each.name.split(".")[0] for each in (folder / place).glob("*.json"))


def test_a_complete_file_is_heard_once_and_moved(tmp_path: Path) -> None:
    ear, source = hearing(), watched(tmp_path)
    (tmp_path / "fear.json").write_text('{"score": 12}')
    (tmp_path / "any-name.json").write_text('{"event": "fear", "fields": {"score": 3}}')
    looked(source, ear, 4)
    assert sorted(ear.said) == ["fear 12", "fear 3"]
    assert moved(tmp_path, "done") == ["any-name", "fear"]
    (tmp_path / "fear.json").write_text('{"score": 12}')  # the same words, said again
    looked(source, ear)
    assert ear.said.count("fear 12") == 2


def test_a_file_still_being_written_waits(tmp_path: Path) -> None:
    ear, source = hearing(), watched(tmp_path)
    file = tmp_path / "fear.json"
    (tmp_path / ".fear.json").write_text('{"score": 1}')
    for text in ("{", '{"score"', '{"score": 1'):
        file.write_text(text)
        looked(source, ear, 1)
    assert ear.said == []
    file.write_text('{"score": 12}')
    looked(source, ear)
    assert ear.said == ["fear 12"]
    assert (tmp_path / ".fear.json").exists()


def test_a_crash_between_hearing_and_moving_does_not_double_it(tmp_path: Path) -> None:
    ear, source = hearing(), watched(tmp_path)
    (tmp_path / "fear.json").write_text('{"score": 12}')
    ear.crashes = True
    looked(source, ear, 1)
    with pytest.raises(OSError, match="power"):
        looked(source, ear, 1)
    ear.crashes = False
    looked(watched(tmp_path), ear)
    assert ear.said == ["fear 12"]
    assert moved(tmp_path, "done") == ["fear"]


def test_the_senders_own_id_is_heard_once_in_whatever_file(tmp_path: Path) -> None:
    ear, source = hearing(), watched(tmp_path)
    for name in ("a", "b"):
        text = '{"event": "fear", "fields": {"score": 12}, "id": "monday"}'
        (tmp_path / f"{name}.json").write_text(text)
    looked(source, ear)
    assert ear.said == ["fear 12"]
    assert moved(tmp_path, "done") == ["a", "b"]


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("fear", b'{"score": "low"}', "`score` is a Number"),
        ("fear", b"{}", "no field `score`"),
        ("greed", b"{}", 'No running bot hears event "greed"'),
        ("fear", b"half", "not JSON"),
        ("fear", b"\xff", "not UTF-8"),
        ("fear", b'{"score": 1' + b" " * BYTES_MAX + b"}", "bytes; an event has"),
        ("x" * 240, b"{}", "1 to 64 letters"),
    ],
)
def test_what_is_wrong_goes_to_refused_with_its_reason(
    name: str, content: bytes, why: str, tmp_path: Path
) -> None:
    ear, source = hearing(), watched(tmp_path)
    (tmp_path / f"{name}.json").write_bytes(content)
    looked(source, ear)
    (reason,) = (tmp_path / "refused").glob("*.reason.txt")
    assert why in reason.read_text()
    assert len(moved(tmp_path, "refused")) == 1


def test_no_link_leads_out_and_a_name_need_not_be_text(tmp_path: Path) -> None:
    ear, source = hearing(), watched(tmp_path)
    (tmp_path / "elsewhere").write_text('{"score": 1}')
    (tmp_path / "fear.json").symlink_to(tmp_path / "elsewhere")
    os.mkfifo(tmp_path / "pipe.json")
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.json")).write_text("{}")
    looked(source, ear)
    assert ear.said == []
    assert (tmp_path / "fear.json").is_symlink()
    assert len(list((tmp_path / "refused").glob("*.reason.txt"))) == 1


def test_many_files_come_one_after_the_other_oldest_first(tmp_path: Path) -> None:
    ear, source = hearing(), watched(tmp_path)
    for number in range(2 * FILES_A_LOOK):
        file = tmp_path / f"{9 - number}.json"
        file.write_text(f'{{"event": "fear", "fields": {{"score": {number}}}}}')
        os.utime(file, ns=(number, number))
    looked(source, ear)
    assert ear.said == [f"fear {number}" for number in range(FILES_A_LOOK)]
    looked(source, ear, 1)
    assert len(ear.said) == 2 * FILES_A_LOOK


def test_only_so_many_are_kept(tmp_path: Path) -> None:
    ear, source = hearing(), watched(tmp_path)
    for number in range(KEPT_MAX):
        (tmp_path / "done" / f"old.{number:019}.json").touch()
    (tmp_path / "fear.json").write_text('{"score": 12}')
    looked(source, ear)
    assert len(list((tmp_path / "done").iterdir())) == KEPT_MAX
    assert not (tmp_path / "done" / f"old.{0:019}.json").exists()


# ---- the webhook


@dataclass
class Hook:
    port: int
    ear: DeskEar
    clock: VirtualClock
    number: int = 0

    def head(self, body: bytes, **changed: str) -> dict[str, str]:
        self.number += 1
        said = {"timestamp": str(NOW_S), "nonce": f"nonce-{self.number:012}", "secret": SECRET}
        said |= changed
        signed = signature(said["secret"], said["timestamp"], said["nonce"], body)
        return {
            "Lefi-Timestamp": said["timestamp"],
            "Lefi-Nonce": said["nonce"],
            "Lefi-Signature": said.get("signature", signed),
            "Content-Length": str(len(body)),
        }

    async def post(self, body: bytes, **changed: str) -> tuple[int, str]:
        return await self.raw(request(self.head(body, **changed), body))

    async def raw(self, data: bytes) -> tuple[int, str]:
        reader, writer = await asyncio.open_connection(HOST, self.port)
        writer.write(data)
        answer = await asyncio.wait_for(reader.read(), 60)
        writer.close()
        head, _, words = answer.decode().partition("\r\n\r\n")
        return int(head.split()[1]), words.strip()


def request(headers: dict[str, str], body: bytes, first: str = "POST /events HTTP/1.1") -> bytes:
    lines = [first, *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@asynccontextmanager
async def open_hook(ear: DeskEar | None = None) -> AsyncIterator[Hook]:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    clock, heard = VirtualClock(NOW_S * 1_000_000_000), ear or hearing()
    running = asyncio.create_task(Webhook(port, lambda: SECRET, clock).run(heard))
    hook = Hook(port, heard, clock)
    end_ns = SystemClock().monotonic_ns() + int(PATIENCE_S * 1e9)
    while True:
        try:
            status, _ = await hook.raw(request({}, b"", "GET /events HTTP/1.1"))
        except ConnectionRefusedError:
            assert SystemClock().monotonic_ns() < end_ns, "it does not listen"
            await SystemClock().sleep(0.01)
        else:
            break
    assert status == 405
    yield hook
    running.cancel()
    await asyncio.wait([running])


FEAR = b'{"event": "fear", "fields": {"score": 12}}'


@pytest.mark.asyncio
async def test_a_signed_event_is_heard_and_answered_in_words() -> None:
    async with open_hook() as hook:
        assert await hook.post(FEAR) == (200, "fear heard by ears")
        assert hook.ear.said == ["fear 12"]


@pytest.mark.asyncio
async def test_nothing_is_believed_before_its_signature() -> None:
    async with open_hook() as hook:
        for changed in ({"secret": "t" * 32}, {"signature": ""}, {"signature": "sha256=é"}):
            status, words = await hook.post(FEAR, **changed)
            assert (status, words[:13]) == (401, "the signature")
        swapped = hook.head(FEAR)
        status, _ = await hook.raw(request(swapped, FEAR.replace(b"12", b"13")))
        assert status == 401
        assert hook.ear.said == []


@pytest.mark.asyncio
async def test_a_request_is_good_once_also_over_a_restart() -> None:
    async with open_hook() as hook:
        sent = request(hook.head(FEAR), FEAR)
        both = await asyncio.gather(hook.raw(sent), hook.raw(sent))
        assert sorted(status for status, _ in both) == [200, 409]
    async with open_hook(hook.ear) as again:
        status, words = await again.raw(sent)
        assert (status, words[:10]) == (409, "this nonce")
    assert hook.ear.said == ["fear 12"]


@pytest.mark.asyncio
async def test_what_nobody_heard_is_used_up_too() -> None:
    ear = DeskEar()
    async with open_hook(ear) as hook:
        sent = request(hook.head(FEAR), FEAR)
        status, words = await hook.raw(sent)
        assert (status, words[:15]) == (422, "No running bot ")
        for command in (OPEN, LIST, m.StartBot("ears", "automated", ACCOUNT, HEARS)):
            ear.send(command)
        assert (await hook.raw(sent))[0] == 409
    assert ear.said == []


@pytest.mark.asyncio
async def test_a_request_is_good_for_five_minutes() -> None:
    async with open_hook() as hook:
        for off, status in ((-300, 200), (300, 200), (-301, 401), (301, 401)):
            assert (await hook.post(FEAR, timestamp=str(NOW_S + off)))[0] == status


@pytest.mark.asyncio
async def test_a_malformed_request_is_told_what_it_lacks() -> None:
    async with open_hook() as hook:
        head = hook.head(FEAR)
        twice = request(head, FEAR).replace(b"Lefi-Nonce", b"Lefi-Nonce: a\r\nLefi-Nonce")
        cases = {
            request(head, FEAR, "POST /other HTTP/1.1"): 404,
            request({**head, "Content-Length": "x"}, FEAR): 411,
            request({**head, "Transfer-Encoding": "chunked"}, FEAR): 411,
            request({**head, "Content-Length": str(BYTES_MAX + 1)}, FEAR): 413,
            request({**head, "Content-Length": "0" * 20 + "9" * 20}, FEAR): 413,
            request({**head, "Long": "x" * 10_000}, FEAR): 431,
            request({**head, "Lefi-Nonce": "short"}, FEAR): 400,
            request({**head, "Lefi-Timestamp": "now"}, FEAR): 400,
            twice: 400,
        }
        for sent, status in cases.items():
            assert (await hook.raw(sent))[0] == status, sent
        assert (await hook.post(b"{}"))[0] == 400
        assert (await hook.post(b"\xff"))[0] == 400
        assert hook.ear.said == []
        assert (await hook.post(b'{"event": "fear"}'))[0] == 422


@pytest.mark.asyncio
async def test_events_a_second_and_connections_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lefi_tui.adapters.webhook.REQUEST_S", 0.2)
    async with open_hook() as hook:
        answers = [(await hook.post(FEAR))[0] for _ in range(int(BURST) + 1)]
        assert answers == [200] * int(BURST) + [429]
        hook.clock.move_to(hook.clock.now_ns() + 1_000_000_000)
        assert (await hook.post(FEAR))[0] == 200
        slow = [asyncio.create_task(hook.raw(b"POST")) for _ in range(CONNECTIONS_MAX + 1)]
        statuses = sorted([(await each)[0] for each in slow])
        assert statuses == [408] * CONNECTIONS_MAX + [503]
