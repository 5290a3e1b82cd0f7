"""Formulas of entries: plain arithmetic over the names of their inputs.

Those of a saved result come from a file, so a formula is checked before it is run: numbers,
names, ``+ - * /`` and parentheses, nothing else.
"""

import ast
from functools import lru_cache
from types import CodeType

_LONGEST = 50_000
_LARGEST = 1e30
_OPERATORS = (ast.Add, ast.Sub, ast.Mult, ast.Div)
_SIMPLE = (ast.Expression, ast.BinOp, ast.UnaryOp, ast.USub, ast.Load, *_OPERATORS)


class NotArithmetic(ValueError):
    """A formula that is more than arithmetic, or names what is no input."""


@lru_cache(maxsize=4096)
def compiled(formula: str) -> tuple[CodeType, frozenset[str]]:
    """Return the code of a formula and the names in it.

    Raises
    ------
    NotArithmetic
        For anything but numbers, names, operators and parentheses.
    """
    if len(formula) > _LONGEST:
        raise NotArithmetic("the formula is too long")
    try:
        tree = ast.parse(formula, mode="eval")
        names = frozenset(_names(tree))
        return compile(tree, "<formula>", "eval"), names
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise NotArithmetic(f"`{formula[:60]}` is not arithmetic") from error


def _names(tree: ast.AST) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.Constant):
            number = node.value
            if isinstance(number, bool) or not isinstance(number, int | float):
                raise NotArithmetic("a number is wanted")
            if abs(number) > _LARGEST:
                raise NotArithmetic("a smaller number is wanted")
        elif not isinstance(node, _SIMPLE):
            raise NotArithmetic(f"{type(node).__name__} is not arithmetic")
    return found
