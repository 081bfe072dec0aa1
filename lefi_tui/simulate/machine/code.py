"""From a module of the dialect to code that runs: this processor, no fast mathematics."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Final

from llvmlite import binding, ir
from msgspec import Struct

from lefi_tui.simulate.machine.dialect import symbol_of
from lefi_tui.simulate.machine.words import library_symbols

INLINE: Final = 25  # llvm's own 225 takes a third longer to translate and gains little
INLINE_KEPT: Final = 225  # what is translated once for all has the time
SOON: Final = 0
SPEED: Final = 2  # of llvm's levels: 3 takes longer and is no quicker here
Signature = tuple[Any, Sequence[Any]]  # ctypes of the answer and of what it takes


class Code(Struct):
    """Its functions keep the machine code alive, each by itself."""

    engine: Any
    functions: Mapping[str, Callable[..., Any]]


@cache
def _begin() -> None:
    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    for name, address in library_symbols().items():
        binding.add_symbol(name, address)


def _target(speed: int = SPEED) -> Any:
    """A new one each time: the engine that uses it owns it, and frees it with itself."""
    _begin()
    features = binding.get_host_cpu_features().flatten()
    target = binding.Target.from_default_triple()
    return target.create_target_machine(
        cpu=binding.get_host_cpu_name(), features=features, opt=speed, reloc="pic", jit=True
    )


def processor() -> str:
    """What machine code is made for, and by which version."""
    _begin()
    version = ".".join(map(str, binding.llvm_version_info))
    features = binding.get_host_cpu_features().flatten()
    return f"{version} {binding.get_default_triple()} {binding.get_host_cpu_name()} {features}"


def object_of(
    module: ir.Module,
    wanted: Iterable[str],
    speed: int = SPEED,
    *,
    inline: int = INLINE,
    abreast: bool = False,
) -> bytes:
    """The module as an object file. What is not wanted is of the module alone, so that what is
    inlined everywhere is dropped. `speed` 0 translates soonest. `abreast`: turns of a loop that
    do not look at one another may be done at once; each of them is what it was."""
    names = {symbol_of(each) for each in wanted}
    for function in module.functions:
        if function.blocks and function.name not in names:
            function.linkage = "internal"
    machine = _target(speed)
    parsed = binding.parse_assembly(str(module))
    parsed.verify()
    options = binding.create_pipeline_tuning_options(speed_level=speed)
    options.inlining_threshold = inline
    options.loop_vectorization, options.slp_vectorization = abreast, False
    passes = binding.create_pass_builder(machine, options)
    passes.getModulePassManager().run(parsed, passes)
    told: bytes = machine.emit_object(parsed)
    return told


def loaded(data: bytes, wanted: Mapping[str, Signature]) -> Code:
    """What an object file holds, ready to be called."""
    engine = binding.create_mcjit_compiler(binding.parse_assembly(""), _target())
    engine.add_object_file(binding.ObjectFileRef.from_data(data))
    engine.finalize_object()
    found = {}
    for name, (answer, takes) in wanted.items():
        kind = ctypes.CFUNCTYPE(answer, *takes)
        function: Any = kind(engine.get_function_address(symbol_of(name)))
        function.engine = engine  # it may be called when nobody has the code any more
        found[name] = function
    return Code(engine, found)


def known(code: Code, names: Iterable[str]) -> None:
    """Code that is loaded later may call these."""
    for name in names:
        binding.add_symbol(symbol_of(name), code.engine.get_function_address(symbol_of(name)))


def coded(module: ir.Module, wanted: Mapping[str, Signature]) -> Code:
    """`wanted`: functions by name."""
    return loaded(object_of(module, wanted), wanted)
