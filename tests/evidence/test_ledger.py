"""The ledger: complete, sourced, used; no biological number in code."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import remyelin
from remyelin.base.errors import InputError
from remyelin.evidence import Ledger, load_patients, load_population, load_references, load_targets
from remyelin.evidence.entries import KINDS, MARKS

SOURCE = Path(remyelin.__file__).parent
MODEL_ROOMS = ("cobalamin", "myelin", "fibre", "nerve", "clinic")
MODEL_FILES = sorted(
    path for room in MODEL_ROOMS for path in (SOURCE / room).rglob("*.py") if path.name != "settings.py"
)
ENTRIES = Ledger.shipped().entries()
ALL = [*ENTRIES, *(alternative for entry in ENTRIES for alternative in entry.alternatives.values())]


SMALL_COUNT = 10


def _is_final(node: ast.AST) -> bool:
    return isinstance(node, ast.AnnAssign) and "Final" in ast.unparse(node.annotation)


@pytest.mark.parametrize("path", MODEL_FILES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_model_modules_hold_no_numbers(path: Path) -> None:
    """Biology stands in the ledger and numerical settings in settings.py; module constants are marked Final."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    constants = {id(leaf) for node in tree.body if _is_final(node) for leaf in ast.walk(node)}
    stray = [
        (node.lineno, node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and id(node) not in constants
        and isinstance(node.value, int | float | complex)
        and not isinstance(node.value, bool)
        and node.value not in (0, 0.5, 1, 2)
        and not (isinstance(node.value, int) and 0 <= node.value < SMALL_COUNT)
    ]
    assert not stray, f"numbers in {path.name}: {stray}"


@pytest.mark.parametrize("entry", ALL, ids=lambda e: e.name)
def test_entry_is_complete(entry) -> None:
    assert entry.kind in KINDS
    assert entry.mark in MARKS
    assert all(key in load_references() for key in entry.source), "every source is in references.bib"
    if entry.kind == "measured":
        assert entry.source, "a measured number names its source"
        assert entry.mark in ("read", "read-2nd"), "a recalled number is not measured"
    if entry.kind in ("assumed", "calibrated") and isinstance(entry.value, float):
        assert entry.range is not None or ":" in entry.name, "what is not known has a range"
    if entry.kind in ("derived", "calibrated"):
        assert entry.source or entry.note, "says what it was derived from or calibrated to"
    if entry.range is not None and isinstance(entry.value, float):
        low, high = entry.range
        assert low <= entry.value <= high
    if entry.columns:
        assert set(entry.columns) == set(entry.units), "every column has a unit"
        assert len({len(column) for column in entry.columns.values()}) == 1, "columns of one length"


def test_every_entry_is_used() -> None:
    """Every entry is named in code, alone, by its group or by a pattern; a number nobody reads goes."""
    text = "\n".join(
        path.read_text(encoding="utf-8")
        for path in [*SOURCE.rglob("*.py"), *(SOURCE / "cases").glob("*.toml")]
    )
    literals = set(re.findall(r"""["']([\w.{}-]+)["']""", text))
    # the texts of the check name a number in braces, as {limits.b12:0}
    guidance = (SOURCE / "check" / "guidance.toml").read_text(encoding="utf-8")
    literals |= set(re.findall(r"\{([\w.-]+)(?::\w+)?\}", guidance))
    # f"prior.began.{cause}" names every entry the braces can stand for
    patterns = [
        re.compile(re.sub(r"\\\{[^}]*\\\}", r"[\\w-]+", re.escape(text)) + r"(\..*)?$")
        for text in literals
        if "{" in text and not text.startswith("{")
    ]

    def used(name: str) -> bool:
        parts = name.split(".")
        prefixes = {".".join(parts[: i + 1]) for i in range(len(parts))}
        return bool(prefixes & literals) or any(pattern.match(name) for pattern in patterns)

    unused = [entry.name for entry in ENTRIES if not used(entry.name)]
    assert not unused


def test_every_reference_is_cited() -> None:
    cited = {key for entry in ALL for key in entry.source}
    for path in [*SOURCE.rglob("*.toml"), *SOURCE.rglob("*.py")]:
        cited |= set(re.findall(r"""["']([\w-]+)["']""", path.read_text(encoding="utf-8")))
    assert not set(load_references()) - cited


def test_override_checks_name_unit_and_range() -> None:
    ledger = Ledger.shipped()
    scalar = next(e for e in ENTRIES if isinstance(e.value, float) and e.range and e.range[0] < e.value)
    low = scalar.range[0]
    changed = ledger.replace({scalar.name: low})
    assert changed[scalar.name] == low
    assert ledger[scalar.name] == scalar.value, "the original is untouched"
    assert changed.overrides() == {scalar.name: low}
    assert changed.replace({scalar.name: f"{low} {scalar.unit}"})[scalar.name] == low
    with pytest.raises(InputError, match="range"):
        ledger.replace({scalar.name: scalar.range[1] * 10 + 1})
    with pytest.raises(InputError, match="give a number"):
        ledger.replace({scalar.name: f"{low} furlong"})
    with pytest.raises(InputError, match="did you mean"):
        ledger.replace({scalar.name + "x": low})
    with pytest.raises(InputError, match="finite"):
        ledger.replace({scalar.name: float("nan")})


def test_use_is_recorded_per_run() -> None:
    ledger = Ledger.shipped().recording()
    name = next(e.name for e in ENTRIES if isinstance(e.value, float))
    assert ledger.used() == ()
    ledger[name]
    assert [entry.name for entry in ledger.used()] == [name]
    assert ledger.recording().used() == ()


def test_targets_are_the_published_ones() -> None:
    """Roles and bounds are fixed before any fit; this pins how many there are of each."""
    targets = load_targets()
    assert len(targets) == 205
    assert len({target.name for target in targets}) == 205
    assert {target.role for target in targets} == {"calibration", "validation"}
    assert all(target.lower <= target.upper for target in targets)


def test_rows_on_how_patients_are_stand_beside_the_targets() -> None:
    population, targets = load_population(), load_targets()
    assert len(population) == 46
    assert len({row.name for row in (*population, *targets)}) == 46 + 205
    assert {(row.table, row.role) for row in population} == {
        ("population", "calibration"),
        ("population", "validation"),
    }
    assert {row.table for row in targets} == {"targets"}
    assert sum(row.role == "calibration" for row in population) == 19
    assert all(row.lower <= row.upper and row.n is not None for row in population)


def test_targets_that_the_population_names_are_calibration_rows() -> None:
    """The two medians of the functional scale were seen, missed and made calibration rows with their new form."""
    role = {row.name: row.role for row in (*load_targets(), *load_population())}
    for old, new in (("fdrs_n2o", "fdrs_n2o_median"), ("fdrs_other", "fdrs_other_median")):
        assert role[old] == role[new] == "calibration"


def test_patients_are_records_with_what_is_unknown_left_empty() -> None:
    patients = load_patients()
    assert len(patients) == 80
    assert {patient.group for patient in patients} == {"deficiency", "nitrous oxide"}
    assert sum(patient.b12_pmol_per_l is not None for patient in patients) == 16
    assert sum(patient.mma_nmol_per_l is not None for patient in patients) == 8
    assert {patient.hcy_bound for patient in patients} == {"", ">"}
    vision = next(patient for patient in patients if patient.id == "scd16")
    assert (vision.babinski, vision.b12_pmol_per_l, vision.symptoms_months) == ("", None, 2.0)
