"""The house keeps its directions: who may import whom, read from the imports themselves."""

from __future__ import annotations

import ast
from graphlib import TopologicalSorter
from pathlib import Path
from types import ModuleType

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "tmt_dataset"

#: The reader's part, from the ground up: a room uses the rooms of its own floor and those below.
FLOORS = [
    {"errors", "edtf", "files", "characters", "addresses"},
    {"descriptor"},
    {"package", "releases"},
    {"cells"},
    {"guard"},
    {"selection", "search", "views", "record"},
    {"dataset"},
    {"citation", "exports"},
    {"analysis"},
    {"plots"},
]
READER = set().union(*FLOORS)
#: The wings: what each may use beside itself.
WINGS = {
    "validation": set().union(*FLOORS[:5]),
    "coding": set().union(*FLOORS[:8]) | {"validation"},
    "publish": READER | {"validation", "coding"},
    "cli": READER | {"validation", "coding", "publish"},
}


def modules() -> dict[str, Path]:
    """Return every module of the library by its dotted name within it."""
    found = {}
    for path in sorted(SOURCE.rglob("*.py")):
        parts = path.relative_to(SOURCE).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        if name:  # the face of the library imports by name, when asked
            found[name] = path
    return found


MODULES = modules()


def imports(name: str) -> set[str]:
    """Return the modules of the library that a module imports anywhere, those for types included."""
    found = set()
    for node in ast.walk(ast.parse(MODULES[name].read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("tmt_dataset"):
            base = (node.module or "").removeprefix("tmt_dataset").removeprefix(".")
            for alias in node.names:
                deeper = f"{base}.{alias.name}".removeprefix(".")
                found.add(deeper if deeper in MODULES else base)
        elif isinstance(node, ast.Import):
            found |= {
                a.name.removeprefix("tmt_dataset.") for a in node.names if a.name.startswith("tmt_dataset.")
            }
    return found - {name, ""}


def allowed(room: str) -> set[str]:
    if room in WINGS:
        return WINGS[room] | {room}
    floor = next(n for n, rooms in enumerate(FLOORS) if room in rooms)
    return set().union(*FLOORS[: floor + 1])


def test_every_module_has_its_room() -> None:
    assert {name.partition(".")[0] for name in MODULES} == READER | set(WINGS)


@pytest.mark.parametrize("name", MODULES)
def test_a_module_imports_only_what_its_room_may_use(name: str) -> None:
    used = {other.partition(".")[0] for other in imports(name)}
    assert used <= allowed(name.partition(".")[0])


def test_no_imports_go_in_a_circle() -> None:
    TopologicalSorter({name: imports(name) for name in MODULES}).prepare()  # raises CycleError


def test_one_module_alone_is_imported_by_name() -> None:
    """What a notebook shows of a data set is made by a wing, as its pages are: it is imported when it is asked for."""
    found = set()
    for name, path in MODULES.items():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                module = node.value.removeprefix("tmt_dataset.")
                found |= {(name, module)} if module != node.value and module in MODULES else set()
    assert found == {("dataset", "publish.site.explore")}


def test_no_module_bears_the_name_of_a_public_function() -> None:
    """A submodule would take the place of the function once it is imported."""
    import tmt_dataset

    functions = {
        name for name in tmt_dataset.__all__ if not isinstance(getattr(tmt_dataset, name), ModuleType)
    }
    assert not functions & {name.partition(".")[0] for name in MODULES}


def test_private_names_stay_in_their_module() -> None:
    crossing = []
    for name, path in MODULES.items():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("tmt_dataset"):
                crossing += [f"{name}: {a.name}" for a in node.names if a.name.startswith("_")]
    assert crossing == []
