"""Formulas of entries: plain arithmetic over the names of their inputs.

Those of a saved result come from a file, so a formula is read as numbers, names, ``+ - * /`` and
parentheses, and as nothing else.
"""

import ast
import operator
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

_LONGEST = 50_000
_LARGEST = 1e30

Work: TypeAlias = Callable[[Any, Any], Any]

_WORK: dict[type[ast.operator], Work] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
}  # fmt: skip


class NotArithmetic(ValueError):
    """A formula that is more than arithmetic, or names what is no input."""


class Formula(NamedTuple):
    """A formula that was read.

    Attributes
    ----------
    steps : tuple
        A number or a name is put on a stack; an operation takes the two on top of it and puts
        their result there.
    names : frozenset of str
        The names in it.
    """

    steps: tuple[float | str | Work, ...]
    names: frozenset[str]

    def at(self, values: Mapping[str, Any]) -> Any:
        """Return what it gives for some values: floats, ranges, or columns.

        Raises
        ------
        ArithmeticError
            For a division of a float by zero.
        """
        stack: list[Any] = []
        for step in self.steps:
            if isinstance(step, str):
                stack.append(values[step])
            elif callable(step):
                right = stack.pop()
                stack[-1] = step(stack[-1], right)
            else:
                stack.append(step)
        return stack[0]


@lru_cache(maxsize=4096)
def parsed(formula: str) -> Formula:
    """Return a formula that was read.

    Raises
    ------
    NotArithmetic
        For anything but numbers, names, operators and parentheses.
    """
    if len(formula) > _LONGEST:
        raise NotArithmetic("the formula is too long")
    try:
        steps = _steps(ast.parse(formula, mode="eval").body)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise NotArithmetic(f"`{formula[:60]}` is not arithmetic") from error
    return Formula(steps, frozenset(step for step in steps if isinstance(step, str)))


def _steps(tree: ast.expr) -> tuple[float | str | Work, ...]:
    """Return the steps of a formula: from the last to the first they are easy to find."""
    steps: list[float | str | Work] = []
    nodes = [tree]
    while nodes:
        node = nodes.pop()
        if isinstance(node, ast.Name):
            steps.append(node.id)
        elif isinstance(node, ast.Constant):
            steps.append(_number(node.value))
        elif isinstance(node, ast.BinOp) and type(node.op) in _WORK:
            steps.append(_WORK[type(node.op)])
            nodes += (node.left, node.right)
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            steps.append(operator.sub)
            nodes += (ast.Constant(0.0), node.operand)
        else:
            raise NotArithmetic(f"{type(node).__name__} is not arithmetic")
    return tuple(reversed(steps))


def _number(number: Any) -> float:
    if isinstance(number, bool) or not isinstance(number, int | float):
        raise NotArithmetic("a number is wanted")
    if abs(number) > _LARGEST:
        raise NotArithmetic("a smaller number is wanted")
    return number
