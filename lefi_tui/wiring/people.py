"""The people of an engine: its owner, the other users with a role, and the rules for approvals."""

from __future__ import annotations

import logging
import os
import pwd
from collections.abc import Iterator
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from lefi_tui.core.approval import ApprovalRules
from lefi_tui.core.messages import SetApprovalRules
from lefi_tui.core.roles import ADMIN, Who
from lefi_tui.settings import Settings

if TYPE_CHECKING:
    from lefi_tui.core.desk import Desk
    from lefi_tui.engine.people import People
    from lefi_tui.views.settings_view import SettingRow

OTHERS_PASS: Final = 0o711  # through a folder, without seeing what is in it

_log: Final = logging.getLogger(__name__)


def people(settings: Settings, folder: Path) -> People:
    """Of a throw-away profile, its owner alone."""
    from lefi_tui.engine.people import People

    uid = os.getuid()
    name = _name_of(uid)
    owner = Who(name, settings.roles.get(name, ADMIN), is_owner=True)
    if folder != settings.data_dir:
        return People(uid, owner)
    others = {
        pwd.getpwnam(user).pw_uid: Who(user, role)
        for user, role in settings.roles.items()
        if user != name
    }
    return People(uid, owner, MappingProxyType(others))


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:  # a container may run under a number without a name
        return str(uid)


def let_in(them: People, folder: Path) -> People:
    """The socket's file is found by others only where each folder on the way lets them pass."""
    if not them.others:
        return them
    folder.chmod(OTHERS_PASS)
    shut = [each for each in folder.absolute().parents if not each.stat().st_mode & 0o001]
    if shut:
        _log.warning(
            "users of [roles] can't reach the socket: %s lets nobody else through. "
            "Allow it (chmod o+x) or set LEFI_HOME to a folder that others can reach.",
            shut[-1],
        )
    return them


def approval_rules(settings: Settings, desk: Desk) -> Iterator[SetApprovalRules]:
    """Nothing where they are in force already: at their default no row says so."""
    wanted = ApprovalRules(settings.approval_rules, settings.approvals.four_eyes)
    if wanted != desk.approval_rules:
        yield SetApprovalRules(wanted.rows, wanted.four_eyes)


def people_rows(settings: Settings) -> tuple[SettingRow, ...]:
    """Roles and rules as the settings screen lists values."""
    from lefi_tui.views.settings_view import SettingRow

    origin = str(settings.file)
    roles = (
        SettingRow(f"roles.{user}", role, origin, "what this user may do at your engine")
        for user, role in settings.roles.items()
    )
    rules = (
        SettingRow(
            "approvals.rules", f"{row.action} above {row.above}", origin, f"needs {row.role}"
        )
        for row in settings.approval_rules
    )
    return (*roles, *rules)
