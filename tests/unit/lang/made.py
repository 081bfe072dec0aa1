"""Scripts made by the grammar: whatever comes out is right, if seldom sensible."""

from __future__ import annotations

from hypothesis import strategies as st

NAMES = st.sampled_from(["a", "b_1", "_c", "within", "at", "no", "price", "finalized"])
METHODS = st.sampled_from(["Buy", "EMA", "X1"])
CLOSED = st.sampled_from(["1", "0.5", "1_000", "1e-3", "25%", "1h30m", "7 USDT", '"t"', "none"])
TEXTS = st.sampled_from(['"BTC/USDT"', r'"\"\\\{"', '""'])


def expressions() -> st.SearchStrategy[str]:
    return st.recursive(NAMES | CLOSED | METHODS, _larger, max_leaves=8)


def _larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    either = ["+", "-", "*", "/", "mod", "^", "<", "==", "??", "and", "or"]
    args = st.lists(inner | st.builds("{} = {}".format, NAMES, inner), max_size=3)
    return st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from(either), inner),
        st.builds("(- {})".format, inner),
        st.builds("(not {})".format, inner),
        st.builds("{}[{}]".format, NAMES, inner),
        st.builds("{}.{}".format, NAMES, st.sampled_from(["if", "price", "Time"])),
        st.builds(lambda name, each: f"{name}({', '.join(each)})", METHODS | NAMES, args),
        st.builds(lambda each: f"[{', '.join(each)}]", st.lists(inner, max_size=3)),
        st.builds("(if {} then {} else {})".format, inner, inner, inner),
        st.builds("(pays {} in {} at {})".format, inner, inner, inner),
        st.builds('"t {{{}}} \\{{ t"'.format, inner),
    )


def statements() -> st.SearchStrategy[str]:
    value = expressions()
    method = st.builds("{}({}, at = {})".format, METHODS, value, value)
    simple = st.one_of(
        st.builds("{} = {}".format, NAMES, value),
        method,
        st.builds("decide {}".format, method),
        st.builds('{} pays {} on "2026-12-31"'.format, NAMES, value),
        st.just("return"),
    )
    return st.recursive(simple, _with_blocks, max_leaves=8)


def _with_blocks(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    value = expressions()
    between = st.sampled_from(["\n", "; ", "\n// why\n", ";\n\n"])
    block = st.builds(
        lambda mark, each: f"{{ {mark.join(each)} }}", between, st.lists(inner, max_size=3)
    )
    return st.one_of(
        st.builds("if {} {}".format, value, block),
        st.builds("if {} {}\nelse if {} {} else {}".format, value, block, value, block, block),
        st.builds("for {} in {} {}".format, NAMES, value, block),
        st.builds("repeat {} {}".format, value, block),
        st.builds('authorize by "owner" within {} {} else {}'.format, value, block, block),
        st.builds("execute {} else {}".format, block, block),
        st.builds("finalize {}".format, block),
        st.builds("decide {{ {} => {}\n {} => return else => a = 1 }}".format, value, block, value),
    )


def items() -> st.SearchStrategy[str]:
    value = expressions()
    block = st.builds(
        lambda each: f"{{\n{chr(10).join(each)}\n}}", st.lists(statements(), max_size=3)
    )
    bound = st.sampled_from(["1", "-5", "2%", "-1h", "3 BTC"])
    return st.one_of(
        st.builds("setting {} = {} in {}..{}".format, NAMES, value, bound, bound),
        st.builds("setting {} = {} in [{}, {}]".format, NAMES, value, value, value),
        st.builds("state {} = {}".format, NAMES, value),
        st.builds("fn {}(a, b) = {}".format, NAMES, value),
        # `within` wins over a name of that spelling, so a value that begins with it is none.
        st.builds("policy {{ {} = ({}) per {}; a = within 5m }}".format, NAMES, CLOSED, value),
        st.builds("on {}({}) {}".format, METHODS, value, block),
        st.builds(
            "test {} {{ candles {} 1\n expect no {}; after 5m }}".format, TEXTS, bound, value
        ),
    )
