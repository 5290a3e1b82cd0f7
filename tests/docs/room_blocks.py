"""The rooms of the package, lowest first, each with what its docstring says and what it imports."""

import ast

from tests.docs.blocks import code, plain, table
from tests.test_imports import FILES, LEVEL, PACKAGE, ROOMS, imports, room


def imported() -> dict[str, list[str]]:
    """Return the other rooms that each room imports from, in the order of the rooms."""
    found: dict[str, set[str]] = {name: set() for name in ROOMS}
    for path in FILES:
        own = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        found[own] |= {room(module) for module in imports(path)} & set(ROOMS)
    return {name: sorted(rooms - {name}, key=LEVEL.__getitem__) for name, rooms in found.items()}


def about(name: str) -> str:
    """Return the first sentence of a room's docstring."""
    path = PACKAGE / name / "__init__.py"
    path = path if path.exists() else PACKAGE / f"{name}.py"
    said = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return " ".join(said.partition("\n\n")[0].split()).partition(". ")[0].rstrip(".")


def rooms() -> str:
    """Return the table of rooms."""
    others = imported()
    rows = [(code(name), plain(about(name)), ", ".join(others[name])) for name in ROOMS]
    return table(("Room", "What is in it", "Imports from"), rows)
