"""The user's settings: a TOML file and the environment become one frozen value.

Each value knows where it came from. What can't be used is named in four parts and leaves its
default in force, so that one wrong line never keeps a trader from the desk; live trading stays
shut until every line is right. No secret is ever read from here.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Final, Literal, get_type_hints

from msgspec import field
from msgspec.structs import fields, replace

from lefi_tui.core.approval import ApprovalRule
from lefi_tui.core.record import Record
from lefi_tui.core.risk.limits import About
from lefi_tui.errors import SettingsError
from lefi_tui.places import places
from lefi_tui.settings_tables import (
    AccountSettings,
    ApprovalSettings,
    DemoSettings,
    EventSettings,
    KillSettings,
    LimitSettings,
    NotifySettings,
    ProtectionSettings,
)

FILE_NAME: Final = "config.toml"
FILE_BYTES_MAX: Final = 1_000_000
DEFAULT: Final = "default"
SECRET_NAMES: Final = frozenset(
    {"api_key", "apikey", "key", "secret", "password", "passphrase", "privatekey", "token", "uid"}
)

OnHangup = Literal["keep", "stop"]
OnRestart = Literal["run", "ask", "stop"]


class Settings(Record):
    """All of it. `origins` tells for each name: default, the file, or the environment."""

    config_dir: Path
    data_dir: Path
    live_trading: Annotated[
        bool, About("allows accounts whose mode is live; without it no real order")
    ] = False
    tape_days: Annotated[
        int, About("days that consumed market input is kept, 1 to 3650", ge=1, le=3_650)
    ] = 30
    on_hangup: Annotated[
        OnHangup, About("bots when the terminal's line is lost: keep (they run on) or stop")
    ] = "keep"
    on_restart: Annotated[
        OnRestart, About("bots after a start of the engine: run on, ask for each, or stop")
    ] = "run"
    limits: LimitSettings = field(default_factory=LimitSettings)
    kill: KillSettings = field(default_factory=KillSettings)
    protection: ProtectionSettings = field(default_factory=ProtectionSettings)
    demo: DemoSettings = field(default_factory=DemoSettings)
    events: EventSettings = field(default_factory=EventSettings)
    notify: NotifySettings = field(default_factory=NotifySettings)
    accounts: Mapping[str, AccountSettings] = field(default_factory=lambda: MappingProxyType({}))
    keys: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    approvals: ApprovalSettings = field(default_factory=ApprovalSettings)
    approval_rules: tuple[ApprovalRule, ...] = ()  # `rules` of [approvals]
    roles: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))  # by OS user
    origins: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    live_shut: str = "live_trading is not true in config.toml"  # why; empty when it is open

    @property
    def file(self) -> Path:
        return self.config_dir / FILE_NAME


class Loaded(Record):
    """Settings that can be used, and what could not."""

    settings: Settings
    problems: tuple[SettingsError, ...]

    @property
    def complaint(self) -> str:
        """One line for a screen that hides what was said before it; empty when all is well."""
        if not self.problems:
            return ""
        return "Settings are not all in force: `lefi doctor` says what is wrong, and where."

    @property
    def live_is_shut_because(self) -> str:
        """Why no order may go live; empty when it may."""
        if self.problems:
            return f"{len(self.problems)} setting(s) can't be used: {self.problems[0].why}"
        if not self.settings.live_trading:
            return "live_trading is not true in config.toml"
        return ""


def load(environment: Mapping[str, str]) -> Loaded:
    """The settings of this user, by file and environment; the environment wins."""
    settings, home = _places(environment)
    table, problems = _table(settings.file)
    given, unknown = _given(table, settings.file)
    found = {**given, **_from_environment(environment)}
    settings, wrong = _applied(settings, found)
    accounts, refused = _accounts(table.get("accounts", {}), settings)
    keys, odd = _keys(table.get("keys", {}), settings.file)
    settings, unclear = _people(table, settings)
    everything = replace(settings, accounts=MappingProxyType(accounts), keys=MappingProxyType(keys))
    loaded = Loaded(everything, (*home, *problems, *unknown, *wrong, *refused, *odd, *unclear))
    return replace(loaded, settings=replace(everything, live_shut=loaded.live_is_shut_because))


# ---- where


def _places(environment: Mapping[str, str]) -> tuple[Settings, tuple[SettingsError, ...]]:
    found = places(environment)
    settings = Settings(found.config, found.data)
    if not found.problem:
        return settings, ()
    step = "Set LEFI_HOME to a directory of yours"
    return settings, (SettingsError(found.problem, where="HOME", next_step=step),)


def _table(file: Path) -> tuple[dict[str, Any], tuple[SettingsError, ...]]:
    """The file as TOML. None is fine; one that can't be read leaves every default in force."""
    try:
        text = file.read_bytes()[: FILE_BYTES_MAX + 1]
    except FileNotFoundError:
        return {}, ()
    except OSError as error:
        return {}, (_problem(f"{error.strerror or error}", str(file), "Make it readable for you"),)
    if len(text) > FILE_BYTES_MAX:
        return {}, (_problem("the file is over 1 MB", str(file), "Keep only settings in it"),)
    try:
        return tomllib.loads(text.decode()), ()
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        why = f"not TOML: {error}. All settings are at their defaults"
        return {}, (_problem(why, str(file), "Correct the line and start again"),)


# ---- values


# Places, and tables whose names are the user's own.
NO_VALUES: Final = frozenset(
    {
        "config_dir",
        "data_dir",
        "accounts",
        "keys",
        "approval_rules",
        "approvals.rules",
        "roles",
        "origins",
        "live_shut",
    }
)


def _names(kind: type[Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Each plain setting by its dotted name, with its type: read from the classes above."""
    hints = get_type_hints(kind, include_extras=True)
    for each in fields(kind):
        if prefix == "" and each.name in NO_VALUES:
            continue
        hint = hints[each.name]
        if isinstance(hint, type) and issubclass(hint, Record):
            yield from _names(hint, f"{each.name}.")
        else:
            yield f"{prefix}{each.name}", hint


KINDS: Final[Mapping[str, Any]] = MappingProxyType(dict(_names(Settings)))


class _Given(Record):
    value: Any
    origin: str
    is_text: bool = False  # from the environment: a text that stands for its type


def _given(
    table: Mapping[str, Any], file: Path
) -> tuple[dict[str, _Given], tuple[SettingsError, ...]]:
    found = {
        name: _Given(value, str(file)) for name, value in _flat(table) if name not in NO_VALUES
    }
    unknown = tuple(
        _problem(f"`{name}` is no setting", f"{file}: {name}", _nearest(name))
        for name in found
        if name not in KINDS
    )
    return {name: given for name, given in found.items() if name in KINDS}, unknown


def _flat(table: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    groups = {name.split(".")[0] for name in KINDS if "." in name}
    for name, value in table.items():
        if name in groups and isinstance(value, dict):
            yield from ((f"{name}.{inner}", each) for inner, each in value.items())
        else:
            yield name, value


def _from_environment(environment: Mapping[str, str]) -> dict[str, _Given]:
    names = {f"LEFI_{name.upper().replace('.', '_')}": name for name in KINDS}
    return {
        names[variable]: _Given(value, f"environment {variable}", is_text=True)
        for variable, value in environment.items()
        if variable in names
    }


def _applied(
    settings: Settings, found: Mapping[str, _Given]
) -> tuple[Settings, tuple[SettingsError, ...]]:
    problems: list[SettingsError] = []
    origins = dict.fromkeys(KINDS, DEFAULT)
    if not found:
        return replace(settings, origins=MappingProxyType(origins)), ()
    from lefi_tui.settings_check import WrongValueError, checked  # noqa: PLC0415 -- see there

    for name, given in found.items():
        try:
            value = checked(KINDS[name], given.value, is_text=given.is_text)
        except WrongValueError as error:
            problems.append(_wrong(name, given, error))
            continue
        settings = _with(settings, name, value)
        origins[name] = given.origin
    return replace(settings, origins=MappingProxyType(origins)), tuple(problems)


def _with(settings: Settings, name: str, value: Any) -> Settings:
    group, _, inner = name.rpartition(".")
    if not group:
        return replace(settings, **{name: value})
    return replace(settings, **{group: replace(getattr(settings, group), **{inner: value})})


def meaning(name: str) -> str:
    """What a setting is for, as its class says it."""
    notes = getattr(KINDS[name], "__metadata__", ())
    return next((each.meaning for each in notes if isinstance(each, About)), "")


def value_of(settings: Settings, name: str) -> Any:
    """The value in force, by its dotted name."""
    value: Any = settings
    for part in name.split("."):
        value = getattr(value, part)
    return value


# ---- the user's own keys


def _keys(table: Any, file: Path) -> tuple[dict[str, str], tuple[SettingsError, ...]]:
    """Action and key; whether there is such an action, the desk knows."""
    if not isinstance(table, dict):
        step = 'Write [keys] and below it, for example, stop = "f9"'
        return {}, (_problem("keys is a table: [keys]", f"{file}: keys", step),)
    wrong = tuple(
        _problem("a key is a text", f"{file}: keys.{name}", 'Write it as "f9" or "ctrl+k"')
        for name, value in table.items()
        if not isinstance(value, str)
    )
    return {name: value for name, value in table.items() if isinstance(value, str)}, wrong


# ---- people


def _people(
    table: Mapping[str, Any], settings: Settings
) -> tuple[Settings, tuple[SettingsError, ...]]:
    if not {"roles", "approvals"} & set(table):
        return settings, ()
    from lefi_tui import settings_people  # noqa: PLC0415 -- only where there are any

    roles, odd = settings_people.roles(table.get("roles", {}), settings.file)
    rules, wrong = settings_people.rules(table.get("approvals", {}), settings.file)
    return replace(settings, roles=MappingProxyType(roles), approval_rules=rules), (*odd, *wrong)


# ---- accounts


def _accounts(
    table: Any, settings: Settings
) -> tuple[dict[str, AccountSettings], tuple[SettingsError, ...]]:
    if not isinstance(table, dict):
        why = "accounts is a table: [accounts.NAME]"
        return {}, (_problem(why, f"{settings.file}: accounts", "Write [accounts.main]"),)
    accounts: dict[str, AccountSettings] = {}
    problems: list[SettingsError] = []
    for name, given in table.items():
        answer = _account(name, given, settings)
        if isinstance(answer, SettingsError):
            problems.append(answer)
        else:
            accounts[name] = answer
    return accounts, tuple(problems)


def _account(name: str, given: Any, settings: Settings) -> AccountSettings | SettingsError:
    where = f"{settings.file}: accounts.{name}"
    if isinstance(given, dict) and (planted := _secret_name(given)):
        why = f"`{planted}` looks like a key; keys are never kept in this file"
        step = f"Take the line out, make a new key at the exchange, then `lefi keys set {name}`"
        return _problem(why, where, step)
    from lefi_tui.settings_check import WrongValueError, checked_account  # noqa: PLC0415 -- see there

    try:
        account = checked_account(given)
    except WrongValueError as error:
        return _problem(str(error), where, "The account is left out until then; correct it")
    if account.mode == "live" and not settings.live_trading:
        why = "the account is live and live_trading is not true"
        return _problem(why, where, 'Set live_trading = true at the top, or mode = "sandbox"')
    return account


def _secret_name(table: Mapping[str, Any]) -> str:
    """The first name in the table, at any depth, that would hold a secret."""
    for name, value in table.items():
        if name.lower().replace("-", "_") in SECRET_NAMES:
            return name
        if isinstance(value, dict) and (inner := _secret_name(value)):
            return inner
    return ""


# ---- words


def _wrong(name: str, given: _Given, error: ValueError) -> SettingsError:
    where = given.origin if given.is_text else f"{given.origin}: {name}"
    return _problem(f"{error}; the default is in force", where, "Correct the value")


def _nearest(name: str) -> str:
    from difflib import get_close_matches  # noqa: PLC0415 -- only when a name is wrong

    close = get_close_matches(name, [*KINDS, "accounts"], n=1)
    return f"Did you mean `{close[0]}`?" if close else "Take the line out"


def _problem(why: str, where: str, next_step: str) -> SettingsError:
    return SettingsError(why, where=where, next_step=next_step)
