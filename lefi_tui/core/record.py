"""Values that never change and are told apart by what they hold: `class Name(Node): name: str`.

Only the type checker keeps them unchanged and complete. A frozen dataclass has Python write six
methods for every class when it loads; for the hundred of the language that took longer than
everything else `lefi check` does.
"""

from __future__ import annotations

from typing import Any, ClassVar, Self, dataclass_transform


@dataclass_transform(frozen_default=True)
class Record:
    _names: ClassVar[tuple[str, ...]] = ()  # of what it holds, in the order it is given

    def __init_subclass__(cls) -> None:
        cls._names = (*cls._names, *vars(cls).get("__annotations__", ()))

    def __init__(self, *values: Any, **named: Any) -> None:
        for name, value in zip(self._names, values, strict=False):
            setattr(self, name, value)
        for name, value in named.items():
            setattr(self, name, value)

    def held(self) -> tuple[Any, ...]:
        """What it holds, in order."""
        return tuple(getattr(self, name) for name in self._names)

    def replaced(self, **changes: Any) -> Self:
        """The same but for these."""
        return type(self)(**dict(zip(self._names, self.held(), strict=True)) | changes)

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and self.held() == other.held()

    def __hash__(self) -> int:
        return hash(self.held())

    def __repr__(self) -> str:
        held = zip(self._names, self.held(), strict=True)
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in held)})"
