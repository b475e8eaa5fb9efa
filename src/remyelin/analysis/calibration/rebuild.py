"""Data derived from the ledger and shipped with the package: made by ``remyelin rebuild``, checked by tests."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from remyelin.base.errors import InputError, nearest
from remyelin.base.plain import tree
from remyelin.evidence import Ledger
from remyelin.evidence.posterior import posterior

Progress = Callable[[str], None]
COBALAMIN_FIT: Final = Path(str(files("remyelin.analysis.calibration"))) / "data" / "cobalamin_fit.json"


def inputs_of_fit(ledger: Ledger) -> str:
    """Return a hash of the inputs of the cobalamin fit: every number it uses except the fitted ones, and ranges.

    How far persons differ is left out: it moves the medians of the virtual users of nitrous oxide a little, and a test
    shows whether the fitted values are still the best.
    """
    # Simulations are heavy to import and not needed to find a shipped file.
    from remyelin.analysis.calibration.fit_cobalamin import ENTRY, FREE, START, residuals

    recording = ledger.recording()
    residuals(recording)
    read = [
        (entry.name, entry.range if entry.name in FREE else entry.value, dict(entry.columns))
        for entry in recording.used()
        if entry.layer != "traits"
    ]
    return hashlib.sha256(json.dumps([read, START, ENTRY], sort_keys=True).encode()).hexdigest()[:16]


def build_cobalamin_fit(ledger: Ledger, progress: Progress = lambda step: None) -> str:
    """Refit the cobalamin layer and return fit, profiles and predictions as JSON."""
    from remyelin.analysis.calibration.fit_cobalamin import FREE, fit, predict
    from remyelin.analysis.calibration.profile_cobalamin import profiles

    inputs = inputs_of_fit(ledger)
    progress("fitting the free parameters to the calibration rows")
    result = fit(ledger)
    profiled = profiles(ledger, result, progress)
    progress("predicting the rows")
    predicted = predict(ledger, result)
    data = {
        "made_by": "remyelin rebuild cobalamin",
        "inputs": inputs,
        "cost": result.cost,
        "parameters": {
            name: {
                "value": result.values[name],
                "log_sd": result.spread[name],
                "prior_share": result.prior_share[name],
                **asdict(profiled[name]),
            }
            for name in FREE
        },
        "correlation": result.correlation.tolist(),
        "predictions": {name: list(values) for name, values in predicted.items()},
    }
    return json.dumps(tree(data, 6), indent=1) + "\n"


@cache
def cobalamin_fit() -> Mapping[str, Any]:
    """Return the shipped fit."""
    return MappingProxyType(json.loads(COBALAMIN_FIT.read_text(encoding="utf-8")))


def build_repair(ledger: Ledger, progress: Progress = lambda step: None) -> str:
    """Draw the sets of the rates of repair again."""
    from remyelin.analysis.calibration.repair import build

    return build(ledger, progress=progress)


def build_people(ledger: Ledger, progress: Progress = lambda step: None) -> str:
    """Fit the model to patients again and return the posterior as CSV."""
    from remyelin.analysis.calibration.posterior_people import build

    return build(ledger, PEOPLE_WORK, progress)


def build_central(ledger: Ledger, progress: Progress = lambda step: None) -> Mapping[Path, str]:
    """Carry the central set of the shipped posterior to the ledger and return its files that have such entries."""
    from remyelin.analysis.calibration.posterior_people import carried, values_of_ledger

    progress("carrying the central set to the ledger")
    values = values_of_ledger(posterior().sets)
    made: dict[Path, str] = {}
    missing = set(values)
    for path in sorted(LEDGER_FILES.glob("*.toml")):
        text, found = carried(path.read_text(encoding="utf-8"), values, ledger)
        missing -= found
        if found:
            made[path] = text
    if missing:
        raise InputError(f"{LEDGER_FILES}: no entry {', '.join(sorted(missing))}.")
    return made


def build_people_predictions(ledger: Ledger, progress: Progress = lambda step: None) -> str:
    """Predict every row of patients from sets of the shipped posterior and return values and intervals as JSON."""
    from remyelin.analysis.calibration.predict_people import predict

    return json.dumps(tree(predict(ledger, progress), 6), indent=1) + "\n"


def build_rivals(ledger: Ledger, progress: Progress = lambda step: None) -> str:
    """Compare rival spreads of persons by fits of one size and return the comparison as JSON."""
    from remyelin.analysis.calibration.posterior_people import compare

    return json.dumps(tree(compare(ledger, PEOPLE_WORK, progress), 6), indent=1) + "\n"


def build_sensitivity(ledger: Ledger, progress: Progress = lambda step: None) -> str:
    """Screen the unmeasured numbers again."""
    from remyelin.analysis.calibration.sensitivity import build

    return build(ledger, progress)


def build_conduction_tables(ledger: Ledger, progress: Progress = lambda step: None) -> str:
    """Compute the engine's tables for the nerve layer again and return them as JSON."""
    from remyelin.nerve.conduction.build_tables import compute_tables, tables_key
    from remyelin.nerve.conduction.shipped_tables import C_FIBRE, INTERNODES, as_text, internode_arrays
    from remyelin.nerve.settings import NERVE_BARE_FIBRE_KEPT
    from remyelin.nerve.studies.small_fibres import compute_velocity, velocity_key

    progress("running the engine past every internode of the tables")
    internodes = internode_arrays(compute_tables(ledger))
    progress("running C fibres at every temperature")
    velocity = [compute_velocity(temperature, ledger) for temperature in NERVE_BARE_FIBRE_KEPT]
    c_fibre = {"temperature": NERVE_BARE_FIBRE_KEPT, "velocity": velocity}
    return as_text({INTERNODES: (tables_key(ledger), internodes), C_FIBRE: (velocity_key(ledger), c_fibre)})


def build_association(ledger: Ledger, progress: Progress = lambda step: None) -> str:
    """Set the strengths of the association tier again; a second call changes nothing more."""
    from remyelin.analysis.calibration.fit_association import written

    progress("following three series of patients")
    return written(CLINIC_LEDGER.read_text(encoding="utf-8"), ledger)


def build_fit_calibration(ledger: Ledger, progress: Progress = lambda step: None) -> str:
    """Fit synthetic persons whose truth is known and return ranks and coverage as JSON."""
    from remyelin.analysis.personal.calibration import FITS, PERSONS, RECORDS, run

    found = run(ledger, records=RECORDS, persons=PERSONS, fits=FITS, progress=progress)
    return json.dumps(found, indent=1, ensure_ascii=False) + "\n"


def build_fit_patients(ledger: Ledger, progress: Progress = lambda step: None) -> str:
    """Predict the outcomes of published patients from their presentation and return the scores as JSON."""
    from remyelin.analysis.personal.patients import EVERY, run

    return json.dumps(run(ledger, every=EVERY, progress=progress), indent=1, ensure_ascii=False) + "\n"


LEDGER_FILES: Final = Path(str(files("remyelin.evidence"))) / "data"
CLINIC_LEDGER: Final = LEDGER_FILES / "clinic.toml"
PEOPLE: Final = LEDGER_FILES / "posterior.csv"
PEOPLE_PREDICTIONS: Final = (
    Path(str(files("remyelin.analysis.calibration"))) / "data" / "people_predictions.json"
)
PEOPLE_RIVALS: Final = Path(str(files("remyelin.analysis.calibration"))) / "data" / "people_rivals.json"
FIT_CALIBRATION: Final = PEOPLE_RIVALS.with_name("fit_calibration.json")
FIT_PATIENTS: Final = PEOPLE_RIVALS.with_name("fit_patients.json")
#: Finished designs of the fit, below the folder that the command runs in.
PEOPLE_WORK: Final = Path(".remyelin-people")
SENSITIVITY: Final = Path(str(files("remyelin.analysis.calibration"))) / "data" / "sensitivity.csv"
REPAIR: Final = Path(str(files("remyelin.myelin"))) / "repair.csv"
CONDUCTION_TABLES: Final = Path(str(files("remyelin.nerve.conduction"))) / "tables.json"
#: Where each product stands, and what makes it: a text, or a text for each file of a folder.
BUILDERS: Final[Mapping[str, tuple[Path, Callable[[Ledger, Progress], str | Mapping[Path, str]]]]] = {
    "association": (CLINIC_LEDGER, build_association),
    "central": (LEDGER_FILES, build_central),
    "cobalamin": (COBALAMIN_FIT, build_cobalamin_fit),
    "fit-calibration": (FIT_CALIBRATION, build_fit_calibration),
    "fit-patients": (FIT_PATIENTS, build_fit_patients),
    "people": (PEOPLE, build_people),
    "predictions": (PEOPLE_PREDICTIONS, build_people_predictions),
    "repair": (REPAIR, build_repair),
    "rivals": (PEOPLE_RIVALS, build_rivals),
    "sensitivity": (SENSITIVITY, build_sensitivity),
    "tables": (CONDUCTION_TABLES, build_conduction_tables),
}


def rebuild(name: str, progress: Progress = lambda step: None) -> Path:
    """Make one piece of derived data again from the shipped ledger and put it in its place.

    Parameters
    ----------
    name : str
        A key of ``BUILDERS``.
    progress : callable
        Called with the name of each step.

    Raises
    ------
    InputError
        For an unknown name, or where the package cannot be written to.
    """
    if name not in BUILDERS:
        raise InputError(f"no derived data named {name!r}; {nearest(name, BUILDERS)}")
    path, build = BUILDERS[name]
    made = build(Ledger.shipped(), progress)
    for place, text in ({path: made} if isinstance(made, str) else made).items():
        try:
            place.write_text(text, encoding="utf-8")
        except OSError as error:
            raise InputError(f"{place}: cannot be written: {error.strerror}.") from None
    return path
