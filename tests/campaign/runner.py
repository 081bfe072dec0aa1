"""Carries out long tests case by case: goes on where it stopped, and writes what it found as JSON.

A case is a number under a seed: the same two give the same case, so any failure can be seen again.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[2]
FAILURES_SAID_MAX: Final = 20  # the report holds them all, whole
ROOMS: Final = ("lefi_tui", "bots", "screens", "widgets", "scripts", "tests")


@dataclass(frozen=True, slots=True)
class Finding:
    """What went wrong, empty when it held, and what the case came to in numbers."""

    why: str
    counts: Mapping[str, int] = field(default_factory=dict)  # added up
    most: Mapping[str, tuple[float, str]] = field(default_factory=dict)  # the largest, and where


def whole_of(found: str | Finding) -> Finding:
    return Finding(found) if isinstance(found, str) else found


@dataclass(frozen=True, slots=True)
class Campaign:
    """`case(number, seed)` answers what went wrong, empty when it held."""

    title: str
    length: int  # cases when no count is asked for
    case: Callable[[int, int], str | Finding]
    is_finite: bool = False  # there are `length` cases and no more


@dataclass(slots=True)
class Record:
    """How far one campaign is."""

    title: str
    asked: int
    done: int = 0
    seconds: float = 0.0
    failed: list[dict[str, Any]] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    most: dict[str, list[Any]] = field(default_factory=dict)

    def add(self, found: Finding) -> None:
        for name, count in found.counts.items():
            self.counts[name] = self.counts.get(name, 0) + count
        for name, (largest, where) in found.most.items():
            if name not in self.most or largest > self.most[name][0]:
                self.most[name] = [largest, where]


@dataclass(slots=True)
class Report:
    """All campaigns under one seed, for one state of the program."""

    file: Path
    seed: int
    program: str
    records: dict[str, Record] = field(default_factory=dict)

    def save(self) -> None:
        """Whole or not at all: a campaign is meant to be interrupted."""
        told = {name: asdict(record) for name, record in self.records.items()}
        value = {"seed": self.seed, "program": self.program, "campaigns": told}
        draft = self.file.with_name(f"{self.file.stem}-draft.json")
        draft.write_text(json.dumps(value, indent=1) + "\n")
        draft.replace(self.file)


def program() -> str:
    """A digest of all that a case depends on: after a change, every case counts anew."""
    digest = hashlib.sha256()
    for room in ROOMS:
        for file in sorted((ROOT / room).rglob("*")):
            if file.suffix in {".py", ".lefi"}:
                digest.update(file.relative_to(ROOT).as_posix().encode() + b"\0")
                digest.update(file.read_bytes() + b"\0")
    return digest.hexdigest()


def opened(file: Path, seed: int, digest: str) -> Report:
    """The report to go on with, or a new one where the program or the seed is another."""
    report = Report(file, seed, digest)
    if file.is_file():
        before = json.loads(file.read_text())
        if (before["seed"], before["program"]) == (seed, digest):
            told = before["campaigns"].items()
            report.records = {name: Record(**record) for name, record in told}
    return report


def carry_out(
    campaigns: Mapping[str, Campaign], count: int, report: Report, say: Callable[[str], None]
) -> bool:
    """Whether every case held. Interrupted, it has saved each case that was done."""
    for name, campaign in campaigns.items():
        record = report.records.setdefault(name, Record(campaign.title, 0))
        record.asked = asked(campaign, count)
        if record.done:
            say(f"{name}: goes on after {record.done} cases")
        while record.done < record.asked:
            _one(campaign, record, report)
        say(f"{name}: {record.done} cases, {len(record.failed)} failed, {record.seconds:.1f} s")
        for what, often in record.counts.items():
            say(f"  {what} {often:,}")
        for what, (largest, where) in record.most.items():
            say(f"  {what} {largest:g} ({where})")
        for failure in record.failed[:FAILURES_SAID_MAX]:
            say(f"  case {failure['number']}: {failure['why'].strip().splitlines()[-1]}")
    report.save()
    return not any(report.records[name].failed for name in campaigns)


def asked(campaign: Campaign, count: int) -> int:
    wanted = count or campaign.length
    return min(wanted, campaign.length) if campaign.is_finite else wanted


def _one(campaign: Campaign, record: Record, report: Report) -> None:
    number = record.done
    start = time.monotonic()
    try:
        found = campaign.case(number, report.seed)
    except Exception:  # noqa: BLE001 -- a case that breaks has failed, and the others go on
        found = traceback.format_exc()
    found = whole_of(found)
    record.seconds += time.monotonic() - start
    record.done += 1
    record.add(found)
    if found.why:
        record.failed.append({"number": number, "why": found.why})
    report.save()


def report_file(seed: int) -> Path:
    """Beside the project, or where CAMPAIGN_DIR says."""
    return Path(os.environ.get("CAMPAIGN_DIR", ROOT)) / f"campaign-{seed}.json"
