"""A hash of what Python code does, whatever its comments, docstrings and layout.

It is taken from syntax trees. Fields that are empty are left out, and so are positions, so that
a tree has the same hash under every Python: a later one adds fields (`type_params` in 3.12) and
may cut an f-string into other pieces.
"""

from __future__ import annotations

import ast
import gc
from collections.abc import Iterable, Sequence
from hashlib import blake2b


def code_hash(sources: Iterable[tuple[str, bytes]]) -> str:
    """Return a hash of some modules, given as name and source.

    Raises:
        SyntaxError: a source is no Python.
    """
    found: list[str] = []
    was_on = gc.isenabled()
    gc.disable()  # a tree is many small objects: looking for rubbish among them doubles the time
    try:
        for name, source in sources:
            found.append(name)
            _walk(ast.parse(source), found)
    finally:
        if was_on:
            gc.enable()
    text = "\0".join(found).encode("utf-8", "surrogatepass")
    return blake2b(text, digest_size=8).hexdigest()


def tree_hash(tree: ast.AST) -> str:
    """Return the hash of one tree."""
    found: list[str] = []
    _walk(tree, found)
    return blake2b("\0".join(found).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def _walk(node: ast.AST, found: list[str]) -> None:
    """Add a node's kind and whatever its fields hold, each under its name."""
    if isinstance(node, ast.Constant):
        found.append(_constant(node.value))
        return
    found.append(f"({type(node).__name__}")
    for field in node._fields:
        value = getattr(node, field, None)
        if isinstance(value, ast.AST):
            if not _is_empty_format(value):
                found.append(field)
                _walk(value, found)
        elif isinstance(value, list):
            _walk_list(field, value if type(node) is not ast.JoinedStr else _joined(value), found)
        elif value is not None:
            found.append(f"{field}={value!r}")
    found.append(")")


def _walk_list(field: str, nodes: Sequence[ast.AST | str | None], found: list[str]) -> None:
    """Add what a list holds, statements that are only a string left out."""
    if not nodes:
        return
    found.append(f"{field}[")
    for node in nodes:
        if not isinstance(node, ast.AST):
            found.append(repr(node))  # a name, or the gap that stands for `**` in a dictionary
        elif not _is_words(node):
            _walk(node, found)
    found.append("]")


def _is_words(node: ast.AST) -> bool:
    """Return whether a statement is only a string: a docstring, or one below a name."""
    if type(node) is not ast.Expr:
        return False
    return isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _is_empty_format(node: ast.AST) -> bool:
    return type(node) is ast.JoinedStr and not _joined(list(node.values))


def _joined(pieces: list[ast.AST]) -> list[ast.AST]:
    """Return an f-string's pieces, those of plain text that touch each other made one."""
    whole: list[ast.AST] = []
    text = ""
    for piece in pieces:
        if isinstance(piece, ast.Constant) and isinstance(piece.value, str):
            text += piece.value
            continue
        whole += [ast.Constant(text), piece] if text else [piece]
        text = ""
    return [*whole, ast.Constant(text)] if text else whole


def _constant(value: object) -> str:
    """Return a constant with its kind, text as it is: what `repr` escapes differs by Python."""
    text = value if isinstance(value, str) else repr(value)
    return f"{type(value).__name__} {len(text)}:{text}"
