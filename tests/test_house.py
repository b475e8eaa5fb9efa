"""The house: floors, light imports, the two lines of the README."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Final

import pytest

ROOT = Path(__file__).parent.parent
#: The tree of a module, made once for all tests that walk it.
parsed = cache(ast.parse)
HEAVY = {"numba", "scipy", "xarray", "numpy", "matplotlib", "pydantic", "pandas"}


def _modules_after(code: str) -> set[str]:
    program = f"import sys, json\n{code}\nprint(json.dumps(sorted(sys.modules)), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return {name.partition(".")[0] for name in json.loads(done.stderr.splitlines()[-1])}


def test_imports_point_downwards() -> None:
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def _rooms_imported(path: Path) -> set[str]:
    """Return the rooms from which a module takes anything while it runs."""
    tree = parsed(path.read_text())
    for_types = {
        id(item)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for item in ast.walk(node)
    }
    names = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and id(node) not in for_types:
            from_package = [f"remyelin.{item.name}" for item in node.names]
            names += from_package if node.module == "remyelin" else [node.module or ""]
    return {parts[1] for name in names if (parts := name.split("."))[0] == "remyelin" and len(parts) > 1}


def test_the_drawing_counts_the_rooms_and_the_arrows_between_them() -> None:
    package = ROOT / "src" / "remyelin"
    rooms = {path.parent.name for path in package.glob("*/__init__.py")}
    arrows = {
        (room, other)
        for room in rooms
        for path in (package / room).rglob("*.py")
        for other in _rooms_imported(path) & rooms - {room}
    }
    drawing = (ROOT / "docs" / "architecture.md").read_text()
    assert f"{len(arrows)} arrows between them" in drawing
    assert len(rooms) == 15, "the drawing says fifteen"
    assert all(re.search(rf"^.*\b{room}\b", drawing, re.M) for room in rooms)


#: Functions that take a step of the chain from dose to symptom, by layer.
STEPS = {
    "cobalamin": {"simulate", "course_of"},
    "myelin": {"simulate", "course_of"},
    "nerve": {"conduction", "conducted", "battery", "batteries", "batteries_of"},
    "clinic": {
        "symptoms",
        "signs",
        "functional_disability",
        "functions_of",
        "severities",
        "signs_of",
        "scale_of",
    },
}


def _layers_stepped(source: str) -> set[str]:
    """Return the layers of which a module calls a step, under whatever name it is imported."""
    tree = parsed(source)
    rooms, steps = {}, {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            layer = node.module.split(".")[1] if node.module.startswith("remyelin.") else ""
            for item in node.names:
                if node.module == "remyelin" and item.name in STEPS:
                    rooms[item.asname or item.name] = item.name
                elif layer in STEPS and item.name in STEPS[layer]:
                    steps[item.asname or item.name] = layer
    found = set()
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name)) if name in steps:
                found.add(steps[name])
            case ast.Call(func=ast.Attribute(value=ast.Name(id=room), attr=name)) if room in rooms:
                if name in STEPS[rooms[room]]:
                    found.add(rooms[room])
    return found


def test_only_the_chain_knows_the_order_of_the_layers() -> None:
    package = ROOT / "src" / "remyelin"
    stepped = {
        str(path.relative_to(package)): _layers_stepped(path.read_text())
        for path in package.rglob("*.py")
        if path.relative_to(package).parts[0] not in STEPS
    }
    assert {name for name, layers in stepped.items() if len(layers) > 2} == {"person/chain.py"}
    assert stepped["person/chain.py"] == set(STEPS)


#: A question word at the beginning of a headline, and a clause with "what" as a noun anywhere in it.
QUESTION: Final = re.compile(r"(What|Who|Whose|Whoever|Where|How|Which|When)\b")
CLAUSE: Final = re.compile(r"\bwhat\b", re.IGNORECASE)
CODE: Final = re.compile(r"`+[^`]*`+")


@cache
def _headlines() -> dict[str, str]:
    """Return the first sentence of every docstring, its code left out, by place."""
    found = {}
    for path in (ROOT / "src" / "remyelin").rglob("*.py"):
        for node in ast.walk(parsed(path.read_text())):
            if isinstance(node, ast.Module | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                headline = (ast.get_docstring(node) or "").partition("\n\n")[0]
                place = f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 1)}"
                found[place] = CODE.sub("", headline)
    return found


def test_headlines_begin_with_a_noun_or_a_verb() -> None:
    assert {place: text for place, text in _headlines().items() if QUESTION.match(text)} == {}


def test_headlines_name_things_by_nouns_and_not_by_clauses_with_what() -> None:
    assert {place: text for place, text in _headlines().items() if CLAUSE.search(text)} == {}
    assert CLAUSE.search(CODE.sub("", "Return what an item follows."))
    assert not CLAUSE.search(CODE.sub("", "Read a text file; `what` names it in errors."))


def test_help_of_the_command_line_has_no_clause_with_what() -> None:
    """Help texts of options, and the one-line summaries of the commands."""
    import typer.main

    from remyelin.cli.main import SECTIONS, app

    command = typer.main.get_command(app)
    texts = {f"{entry.__name__} {short}" for section in SECTIONS.values() for entry, short, _ in section}
    for name, sub in command.commands.items():  # type: ignore[attr-defined]
        texts |= {f"{name} {item.name}: {getattr(item, 'help', None) or ''}" for item in sub.params}
    assert len(texts) > 100
    assert sorted(text for text in texts if CLAUSE.search(CODE.sub("", text))) == []


def test_causes_are_compared_by_what_they_are_and_not_by_name() -> None:
    """No module outside the catalogue compares with the name of a cause."""
    from remyelin.catalogue import causes

    package = ROOT / "src" / "remyelin"
    names = {cause.name for cause in causes.SHIPPED} - {causes.NONE}
    found = []
    for path in package.rglob("*.py"):
        for node in ast.walk(parsed(path.read_text())):
            values = [node.left, *node.comparators] if isinstance(node, ast.Compare) else []
            values += [node.value] if isinstance(node, ast.MatchValue) else []
            if any(isinstance(item, ast.Constant) and item.value in names for item in values):
                found.append(f"{path.relative_to(package)}:{node.lineno}")
    allowed = {"analysis/protocols/pool.py", "check/bundle_record.py"}  # a population's mix; a drug's name
    assert {place.partition(":")[0] for place in found} <= allowed, found


def test_names_of_pathways_studies_and_segments_stand_in_the_catalogue() -> None:
    """No module outside the catalogue writes such a name as text: it takes the constant."""
    from remyelin.catalogue import pathways, segments, studies

    tracts = {part.tract for part in segments.SEGMENTS} | set(segments.BRANCHES)
    written = {value for name, value in vars(studies).items() if name.isupper() and isinstance(value, str)}
    names = {*pathways.PATHWAYS, *written}
    names |= {text for part in segments.SEGMENTS for text in (part.segment, part.course)}
    package = ROOT / "src" / "remyelin"
    found = []
    for path in package.rglob("*.py"):
        place = str(path.relative_to(package))
        if place.startswith("catalogue/"):
            continue
        tree = parsed(path.read_text())
        exported = {
            id(item)
            for node in tree.body
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
            for item in ast.walk(node)
        }
        # a tract, or a fibre population of the nerve layer, can carry the name of a pathway; so can a nerve's distance
        other = tracts | {studies.RADIAL, studies.BLINK} if place.startswith("nerve/") else set()
        found += [
            f"{place}:{node.lineno} {node.value}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and node.value in names - other
            and id(node) not in exported
        ]
    assert found == []


#: Words of everyday anatomy in the glossary of the page that are names of the catalogue, too.
EXPLAINED: Final = {"gracile", "cuneate", "sural", "radial", "blink"}


def _named_in_script(text: str, names: set[str]) -> set[str]:
    """Return the names that a script writes: in quotes, as a key, as a property; comments are left out."""
    code = re.sub(r"(?m)^\s*//.*$", "", text)
    found = set()
    for name in names:
        word = re.escape(name)
        spaced = re.escape(name.replace("_", " "))
        alone = rf"\b{word}\b" if "_" in name else rf"""["'`.]{word}["'`]|[{{,]\s*{word}:|\.{word}\b"""
        if re.search(alone, code) or re.search(rf"""["'`]{spaced}\b[^"'`]*["'`]""", code):
            found.add(name)
    return found


def test_scripts_take_names_of_pathways_studies_and_segments_from_the_server() -> None:
    from remyelin.catalogue import pathways, segments, setups

    names = {*pathways.PATHWAYS, *setups.SETUPS, *(part.segment for part in segments.SEGMENTS)}
    folder = ROOT / "src" / "remyelin" / "web" / "static" / "js"
    found = {path.name: _named_in_script(path.read_text(), names) for path in sorted(folder.glob("*.js"))}
    found["glossary.js"] -= EXPLAINED
    assert {name: written for name, written in found.items() if written} == {}
    for text in (
        'found.pathways["sural"]',
        "d.tibial_sep",
        "{ vep: 1 }",
        'study: ["sural amplitude"]',
        "`tibial sep p40`",
    ):
        assert _named_in_script(text, names), f"{text} would pass"
    assert _named_in_script("// the sural nerve\nconst radius = 3;", names) == set()


#: Lines of the longest module; this may only fall.
MOST_LINES: Final = 400


def test_modules_are_small() -> None:
    sizes = {
        str(path.relative_to(ROOT)): len(path.read_text().splitlines())
        for path in (ROOT / "src" / "remyelin").rglob("*.py")
    }
    assert {name: size for name, size in sizes.items() if size > MOST_LINES} == {}


def test_import_is_light() -> None:
    assert not _modules_after("import remyelin") & HEAVY


@pytest.mark.parametrize(
    "arguments", [["--help"], ["run", "--help"], ["cases"], ["evidence", "prior.weight"]], ids=" ".join
)
def test_commands_without_simulation_are_light(arguments: list[str]) -> None:
    code = (
        "import contextlib\nfrom remyelin.cli.main import main\n"
        f"with contextlib.suppress(SystemExit): main({arguments})"
    )
    assert not _modules_after(code) & (HEAVY - {"pydantic"})


def test_public_names_resolve() -> None:
    import remyelin

    assert "Ledger" in remyelin.__all__
    for name in remyelin.__all__:
        assert getattr(remyelin, name) is not None
    assert set(remyelin.__all__) <= set(dir(remyelin))
    with pytest.raises(AttributeError, match="did you mean"):
        _ = remyelin.Ledge  # type: ignore[attr-defined]
