"""Machine code kept in a folder, so that no process translates what one before it has translated.

The rules it keeps: code is found by all that it was made of (the text, this program's own, the
processor and llvm), it is whole or is made anew, and a folder that can't be written costs time.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Final

from lefi_tui.core.matching import rules
from lefi_tui.lang import maths
from lefi_tui.simulate.machine.code import Code, Signature, loaded, object_of, processor
from lefi_tui.simulate.machine.dialect import translate
from lefi_tui.simulate.machine.dialect_values import Scope

SUFFIX: Final = ".code"
KEPT_MAX: Final = 256  # files of some 20 kB; those not used for longest go
DIGEST_BYTES: Final = 32


def kept_object(folder: Path | None, text: str, make: Callable[[], bytes]) -> bytes:
    """The object file of this text: from the folder, or made, and kept there."""
    if folder is None:
        return make()
    key = hashlib.sha256(f"{_program()}\n{processor()}\n{text}".encode()).hexdigest()
    file = folder / f"{key}{SUFFIX}"
    found = _read(file)
    if found is None:
        found = make()
        with suppress(OSError):
            _write(file, found)
    return found


def kept_code(
    folder: Path | None,
    texts: Sequence[tuple[str, Scope]],
    wanted: Mapping[str, Signature],
    *,
    abreast: bool = False,
) -> Code:
    """These texts of the dialect, ready to be called."""
    text = "\n".join(each for each, _ in texts)

    def make() -> bytes:
        return object_of(translate(texts, "kept"), wanted, abreast=abreast)

    data = kept_object(folder, text, make)
    return loaded(data, wanted)


@cache
def _program() -> str:
    """All that a text means here: the dialect and the constants it may name."""
    digest = hashlib.sha256()
    matching, lang = Path(rules.__file__).parent, Path(maths.__file__)
    rooms = Path(__file__).parent, Path(__file__).parents[1] / "lanes", matching
    files = (*(file for room in rooms for file in room.glob("*.py")), lang)
    for each in sorted(files):
        digest.update(each.read_bytes())
    return digest.hexdigest()


def _read(file: Path) -> bytes | None:
    with suppress(OSError):
        data = file.read_bytes()
        digest, found = data[:DIGEST_BYTES], data[DIGEST_BYTES:]
        if found and hashlib.sha256(found).digest() == digest:
            with suppress(OSError):
                os.utime(file)
            return found
    return None


def _write(file: Path, data: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(suffix=".part", dir=file.parent)
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(hashlib.sha256(data).digest() + data)
        part.replace(file)
    except OSError:
        part.unlink(missing_ok=True)
        raise
    kept = sorted(file.parent.glob(f"*{SUFFIX}"), key=lambda each: each.stat().st_mtime_ns)
    for each in kept[:-KEPT_MAX]:
        each.unlink(missing_ok=True)
