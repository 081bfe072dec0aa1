"""The wheel holds all that the program reads at run time, and works where nothing else is."""

from __future__ import annotations

import os
import shutil
import site
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("lefi_tui", "screens", "widgets", "bots", "scripts")
READ_AT_RUN_TIME = (".py", ".tcss", ".lefi", ".md", ".mako", ".ini", ".toml", ".json")


def ran(*command: object, cwd: Path) -> str:
    # `make` names its constraints relative to the checkout, and here it is another folder; a path
    # to the checkout's modules would stand before what is installed.
    left_out = {"PIP_CONSTRAINT", "PYTHONPATH"}
    environment = {key: value for key, value in os.environ.items() if key not in left_out}
    done = subprocess.run(
        list(map(str, command)),
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=110,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy, so that nothing is left in the tree; without a network."""
    tree, out = tmp_path_factory.mktemp("tree"), tmp_path_factory.mktemp("out")
    for package in PACKAGES:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / package, tree / package, ignore=ignored)
    for name in ("pyproject.toml", "README.md", ".gitignore"):
        shutil.copy(ROOT / name, tree)
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", out]
    ran(*build, tree, cwd=tree)
    (found,) = out.glob("*.whl")
    return found


def test_the_wheel_holds_every_style_sheet_script_page_and_migration(wheel: Path) -> None:
    shipped = {
        file.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for file in (ROOT / package).rglob("*")
        if file.suffix in READ_AT_RUN_TIME and "__pycache__" not in file.parts
    }
    held = set(zipfile.ZipFile(wheel).namelist())
    assert shipped <= held
    assert {"scripts/ema_cross.lefi", "lefi_tui/lang/reference.md"} <= shipped
    assert any(name.startswith("lefi_tui/adapters/migrations/") for name in shipped)
    assert [name for name in held if name.startswith("tests/")] == []


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new environment with the wheel; the libraries are those of this one."""
    home = tmp_path_factory.mktemp("installed")
    ran(sys.executable, "-m", "venv", "--without-pip", home / "env", cwd=home)
    (packages,) = (home / "env" / "lib").glob("python3.*/site-packages")
    (packages / "libraries.pth").write_text("\n".join(site.getsitepackages()))
    python = home / "env" / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", python, "install", "--no-deps", "--no-index"]
    ran(*pip, wheel, cwd=home)
    return python.parent


def test_the_installed_program_stands_on_its_own(installed: Path, tmp_path: Path) -> None:
    where = ran(installed / "python", "-c", "import lefi_tui as p; print(p.__file__)", cwd=tmp_path)
    assert Path(where).is_relative_to(installed.parent)
    assert ran(installed / "lefi", "--version", cwd=tmp_path).startswith("lefi 0.")


def test_the_installed_program_checks_the_scripts_it_ships(installed: Path, tmp_path: Path) -> None:
    (package,) = installed.parent.glob("lib/python3.*/site-packages/scripts")
    scripts = sorted(package.glob("*.lefi"))
    assert len(scripts) == len(list((ROOT / "scripts").glob("*.lefi")))
    told = ran(installed / "lefi", "check", *scripts, cwd=tmp_path)
    assert told.splitlines()[-1].startswith("no errors")
