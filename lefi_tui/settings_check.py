"""Checks what a person wrote against the type a setting has; loaded only when something was given.

Pydantic takes a tenth of a second to load, and a desk without a config.toml has nothing to check.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Annotated, Any, get_args, get_origin

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from lefi_tui.core.risk.limits import About
from lefi_tui.settings_tables import (
    BUILT_IN,
    LATENCY_MS,
    RECORDING,
    AccountMode,
    AccountSettings,
    CcxtSettings,
    RecordingSettings,
)


class WrongValueError(ValueError):
    """Says why, without the value: a secret typed into a wrong line must not be told."""


def checked(kind: Any, value: Any, *, is_text: bool) -> Any:
    """The value in its own type. TOML is taken strictly: "30" is a text, not thirty."""
    adapter: TypeAdapter[Any] = TypeAdapter(_bounded(kind))
    is_money = "Decimal" in str(kind)
    # Money may be written 10_000 or "0.1"; a TOML float arrives as its shortest digits.
    if is_money and isinstance(value, (int, float)) and not isinstance(value, bool):
        value = Decimal(repr(value))
    try:
        if is_text:
            return adapter.validate_strings(value)
        return adapter.validate_python(value, strict=not is_money)
    except ValidationError as error:
        raise WrongValueError(_reason(error)) from error


class _Ccxt(BaseModel):
    model_config = ConfigDict(extra="allow")
    options: dict[str, Any] = {}
    urls: dict[str, Any] = {}


class _Account(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    exchange: Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[a-z0-9]+$")] = BUILT_IN
    mode: AccountMode = "paper"
    ccxt: _Ccxt = _Ccxt()
    currency: Annotated[str, Field(pattern=r"^[A-Z0-9]{1,20}$")] = "USDT"
    cash: Annotated[Decimal, Field(gt=0, allow_inf_nan=False, strict=False)] = Decimal(10_000)
    symbols: list[Annotated[str, Field(pattern=r"^[^\s/:]+/[^\s/:]+(:[^\s/:]+)?$")]] = []
    latency_ms: Annotated[int, Field(ge=0, le=10_000)] = LATENCY_MS
    jitter_ms: Annotated[int, Field(ge=0, le=10_000)] = 0
    folder: str = ""
    at: Annotated[str, Field(pattern=r"^\d{1,3}:[0-5]\d$")] = "0:00"
    speed: Annotated[Decimal, Field(ge=Decimal("0.1"), le=20, strict=False)] = Decimal(1)
    rounds: Annotated[int, Field(ge=0, le=1_000)] = 0
    seed: Annotated[int, Field(ge=0)] = 1


def checked_account(given: Any) -> AccountSettings:
    """One [accounts.NAME] table. What ccxt is handed stays as it was written."""
    try:
        found = _Account.model_validate(given)
    except ValidationError as error:
        raise WrongValueError(_reason(error)) from error
    ccxt = CcxtSettings(found.ccxt.options, found.ccxt.urls, dict(found.ccxt.model_extra or {}))
    if found.exchange == RECORDING and (found.mode != "paper" or not found.folder):
        raise WrongValueError('a recording has mode = "paper" and a folder')
    minutes, seconds = found.at.split(":")
    at_ms = 1_000 * (60 * int(minutes) + int(seconds))
    return AccountSettings(
        found.exchange,
        found.mode,
        ccxt,
        found.currency,
        found.cash,
        tuple(found.symbols),
        found.latency_ms,
        found.jitter_ms,
        RecordingSettings(found.folder, at_ms, found.speed, found.rounds, found.seed),
    )


def _bounded(kind: Any) -> Any:
    """The type with its bounds as pydantic names them."""
    if get_origin(kind) is not Annotated:
        return kind
    plain, *notes = get_args(kind)
    for about in notes:
        if isinstance(about, About):
            bounds = {"ge": about.ge, "le": about.le, "gt": about.gt}
            named = {name: each for name, each in bounds.items() if each is not None}
            make: Any = Field
            if about.wrong is not None:
                return Annotated[plain, AfterValidator(partial(_said, about.wrong))]
            return Annotated[plain, make(**named)]
    return plain


def _said(wrong: Callable[[str], str], text: str) -> str:
    why = wrong(text) if text else ""
    if why:
        raise ValueError(why)
    return text


def _reason(error: ValidationError) -> str:
    return "; ".join(
        " ".join(
            part
            for part in (".".join(str(step) for step in each["loc"]), each["msg"].lower())
            if part
        )
        for each in error.errors(include_url=False, include_input=False)
    )
