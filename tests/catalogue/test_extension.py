"""The example package adds a cause, a nerve study, a fibre model and numbers by its entry points alone."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tomllib
from importlib.util import find_spec
from pathlib import Path

import pytest

from remyelin.base.errors import InputError
from remyelin.evidence import entries
from remyelin.fibre import MODELS, FibreModel, fibre_of
from remyelin.nerve import STUDIES

EXAMPLE = Path(__file__).parents[2] / "examples" / "extension"
PROGRAM = """
import json
import numpy as np
from remyelin import nerve
from remyelin.catalogue.causes import CAUSES
from remyelin.evidence import Ledger
from remyelin.person.case import case_of
from remyelin.person.chain import Chain
from remyelin.person.person import resolve
from remyelin.person.plans import caused
from remyelin.fibre import MODELS, conduct, fibre_of

ledger = Ledger.shipped()
case = case_of({"name": "worm", "title": "A worm", "kind": "scenario", "person": {"age": "50 y", "sex": "female"},
    "cause": {"kind": "fish tapeworm", "began": "-9 y"}}, "worm")
person = resolve(case, ledger)
chain = Chain(ledger)
b12 = chain.course(caused(person, 0.0, ledger), np.array([person.began - 1.0, 0.0]))["b12"]
body = nerve.Person(age=50.0, sex="female", height=165.0, temperature=33.0)
studies = chain.studies(nerve.intact(body, ledger), body)
row = studies.row("h_reflex", "knee")
print(json.dumps({"b12": b12.tolist(), "latency": row.latency, "last": list(nerve.STUDIES)[-1],
    "velocity": conduct([fibre_of(name, 10.0, 31) for name in ("mrg", "sparse_sodium")])["velocity"].values.tolist(),
    "models": list(MODELS)[-1], "causes": len(CAUSES), "layer": ledger.entry("h_reflex.synapse").layer}))
"""


def installed(folder: Path) -> Path:
    """Install the example package into a folder, by pip where its build backend is there."""
    if find_spec("hatchling") is not None:
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation"]
        source = shutil.copytree(EXAMPLE, folder / "source")
        subprocess.run([*command, "--target", folder / "site", source], check=True)
        return folder / "site"
    site = folder / "site"
    shutil.copytree(EXAMPLE / "remyelin_extension", site / "remyelin_extension")
    points = tomllib.loads((EXAMPLE / "pyproject.toml").read_text())["project"]["entry-points"]
    info = site / "remyelin_extension-0.1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: remyelin-extension\nVersion: 0.1.0\n")
    lines = [
        f"[{group}]\n" + "".join(f"{k} = {v}\n" for k, v in names.items()) for group, names in points.items()
    ]
    (info / "entry_points.txt").write_text("\n".join(lines))
    return site


def test_the_example_package_extends_the_model(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env=os.environ | {"PYTHONPATH": str(installed(tmp_path))},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["b12"][1] < 0.7 * found["b12"][0]
    assert 20.0 < found["latency"] < 40.0
    assert (found["last"], found["layer"], found["models"]) == ("h_reflex", "extension", "sparse_sodium")
    whole, sparse = found["velocity"]
    assert 0.5 * whole < sparse < whole


def test_an_added_study_must_be_one_and_have_a_name_of_its_own() -> None:
    with pytest.raises(ValueError, match="'sural' exists in remyelin"):
        STUDIES.gathered({"sural": STUDIES["sural"]})
    with pytest.raises(ValueError, match=r"'h_reflex' is no remyelin\.nerve\.Study"):
        STUDIES.gathered({"h_reflex": "soleus"})


def test_an_added_fibre_model_must_be_one_and_build_a_fibre(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match="'mrg' exists in remyelin"):
        MODELS.gathered({"mrg": MODELS["mrg"]})
    with pytest.raises(ValueError, match=r"is no remyelin\.fibre\.FibreModel"):
        MODELS.gathered({"mine": MODELS["mrg"].build})
    with pytest.raises(InputError, match="no fibre model named 'mgr'; did you mean 'mrg'"):
        fibre_of("mgr", 10.0, 21)
    with pytest.raises(InputError, match="unexpected keyword argument 'length'"):
        fibre_of("mrg", 10.0, 21, length=3.0)
    wrong = FibreModel(lambda *given, **rest: "a fibre", True, "wrong")
    monkeypatch.setattr(MODELS, "_all", {**MODELS, "wrong": wrong})
    with pytest.raises(InputError, match="returned a str, not a Fibre"):
        fibre_of("wrong", 10.0, 21)


def test_a_fault_inside_an_added_fibre_model_is_not_taken_for_a_wrong_call(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def faulty(diameter_um: float, size: float, **options: object) -> None:
        len(3)  # type: ignore[arg-type]

    monkeypatch.setattr(MODELS, "_all", {**MODELS, "faulty": FibreModel(faulty, True, "faulty")})
    with pytest.raises(TypeError, match=r"object of type 'int' has no len"):
        fibre_of("faulty", 10.0, 21)


def test_an_option_that_a_model_does_not_have_is_refused_for_every_model() -> None:
    for name in MODELS:
        with pytest.raises(InputError, match="unexpected keyword argument 'nonsense'"):
            fibre_of(name, 10.0, 21, nonsense=1)


def test_an_added_number_must_have_a_name_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "numbers.toml"
    file.write_text('[prior.weight]\nvalue = 70.0\nunit = "kg"\nkind = "assumed"\n')

    class Point:
        name = "extension"

        def load(self) -> Path:
            return file

    monkeypatch.setattr(entries, "entry_points", lambda group: [Point()])
    with pytest.raises(InputError, match="which exists; rename it"):
        entries._added_entries(entries.shipped_entries())
