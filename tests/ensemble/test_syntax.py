"""The hash of code: what it does counts, on every Python alike; how it is written does not."""

from __future__ import annotations

import ast

import pytest

from sim.ensemble.syntax import code_hash, tree_hash

WRITTEN = """
LIMIT = 0.5

def chance(hazard, *, months=12):
    return f"{hazard:.2f}" if months else hazard * LIMIT
"""
WRITTEN_OTHERWISE = '''
"""What this module is for."""

LIMIT = 0.5  # a share
"""Above this nobody leaves."""


def chance(
    hazard,
    *,
    months=12,
):
    """Return it."""
    # why
    return (f"{hazard:.2f}"
            if months else hazard * LIMIT)
'''


def of(source: str) -> str:
    return code_hash([("sim/x.py", source.encode())])


def test_words_and_layout_do_not_count() -> None:
    assert of(WRITTEN) == of(WRITTEN_OTHERWISE)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("0.5", "0.6"),
        ("0.5", "5"),
        ("months=12", "months=13"),
        ("hazard * LIMIT", "hazard / LIMIT"),
        ("hazard * LIMIT", "LIMIT * hazard"),
        (":.2f", ":.3f"),
        ("*, months", "months"),
        ("if months", "if not months"),
        ("LIMIT = 0.5", "LIMIT = '0.5'"),
        ("LIMIT = 0.5", "LIMIT = 0.5\nLIMIT = 0.5"),
    ],
)
def test_whatever_the_code_does_counts(old: str, new: str) -> None:
    changed = WRITTEN.replace(old, new)
    assert changed != WRITTEN
    assert of(changed) != of(WRITTEN)


def test_a_module_that_moves_is_another() -> None:
    source = WRITTEN.encode()
    assert code_hash([("a.py", source)]) != code_hash([("b.py", source)])
    assert code_hash([("a.py", source), ("b.py", b"")]) != code_hash([("a.py", source)])


def test_a_string_that_is_used_is_no_docstring() -> None:
    assert of("x = 'a'") != of("x = 'b'")
    assert of("f('a')") != of("f('b')")
    assert of("def f():\n  return 'a'") != of("def f():\n  return 'b'")


# The same on every Python


class Later(ast.FunctionDef):
    """A function as a later Python has it: with fields that this one does not know."""

    _fields = (*ast.FunctionDef._fields, "type_params", "yet_another")


Later.__name__ = "FunctionDef"


def test_fields_that_a_later_python_leaves_empty_do_not_count() -> None:
    (now,) = ast.parse("def f(x): return x").body
    assert isinstance(now, ast.FunctionDef)
    values = {name: getattr(now, name, None) for name in ast.FunctionDef._fields}
    later = Later(**{**values, "type_params": [], "yet_another": None})
    assert tree_hash(later) == tree_hash(now)
    later.type_params = [ast.Name("T", ast.Load())]
    assert tree_hash(later) != tree_hash(now)


def test_a_field_that_is_missing_is_as_one_that_is_none() -> None:
    bare = ast.Return()
    assert tree_hash(bare) == tree_hash(ast.Return(value=None))
    assert tree_hash(bare) != tree_hash(ast.Return(value=ast.Constant(None)))


def test_an_f_string_is_the_same_however_a_python_cuts_it() -> None:
    hole = ast.FormattedValue(ast.Name("x", ast.Load()), -1, None)
    whole = ast.JoinedStr([ast.Constant("ab"), hole])
    for pieces in (
        [ast.Constant("a"), ast.Constant("b"), hole],
        [ast.Constant(""), ast.Constant("ab"), hole, ast.Constant("")],
    ):
        assert tree_hash(ast.JoinedStr(pieces)) == tree_hash(whole)
    assert tree_hash(ast.JoinedStr([hole, ast.Constant("ab")])) != tree_hash(whole)
    for empty in (ast.JoinedStr([]), ast.JoinedStr([ast.Constant("")])):
        spec = ast.FormattedValue(ast.Name("x", ast.Load()), -1, empty)
        assert tree_hash(ast.JoinedStr([ast.Constant("ab"), spec])) == tree_hash(whole)


def test_places_in_the_file_do_not_count() -> None:
    assert tree_hash(ast.parse("\n\n x".replace(" ", ""))) == tree_hash(ast.parse("x"))
