"""The answer of a fit as plain data, and the posterior as a netCDF file."""

from __future__ import annotations

import io
import json
import re
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import numpy as np
import xarray as xr

from remyelin._version import __version__
from remyelin.base.files import write_whole
from remyelin.base.plain import percent
from remyelin.base.units import DAYS_PER_MONTH
from remyelin.catalogue.causes import gas_causes
from remyelin.evidence.posterior import chosen
from remyelin.person.forecast_guard import CANNOT_TELL, NOT_DELAYED, cost_range
from remyelin.person.inference.forecast import DRAWN_FIRST, Forecast, Waited, plan_data
from remyelin.person.inference.people import COORDINATES
from remyelin.person.inference.posterior import Posterior
from remyelin.person.inference.predictive import Predicted
from remyelin.person.inference.settings import RECORD_SETS
from remyelin.person.inference.verdict import COMPLAINTS, SILENT
from remyelin.person.record import Entry

SCHEMA: Final = "remyelin-fit/3"
EARLIER: Final = "when treated from the earlier day"
CAUTION: Final = (
    "A research and teaching model, never medical advice. Its numbers on nerves and recovery are largely assumed. "
    "It recommends no treatment and no dose."
)


def answer(posterior: Posterior, found: Forecast) -> dict[str, Any]:
    """Return the answer of `remyelin fit --json`.

    Parameters
    ----------
    posterior : Posterior
    found : Forecast
        Of that posterior.

    Examples
    --------
    >>> from remyelin.person.inference import answer, forecast
    >>> posterior = fit_person(record, rough=True)  # doctest: +SKIP
    >>> data = answer(posterior, forecast(posterior, workers=1))
    >>> data['persons'] > 0
    True
    """
    record, sample = posterior.record, posterior.sample
    shape = sample.pareto_k
    return {
        "schema": SCHEMA,
        "caution": CAUTION,
        "source": record.source,
        "rough": posterior.rough,
        "persons": len(sample.draws),
        "effective_sample": round(sample.effective, 1),
        "pareto_k": round(shape, 2) if np.isfinite(shape) else None,
        "fits": found.fits,
        "causes": {name: round(share, 3) for name, share in posterior.causes().items()},
        "disagrees": [
            {"line": item.entry.line, "entry": item.entry.label, "reason": reason_of(item)}
            for item in found.compared
            if not item.agrees
        ],
        "not_understood": [asdict(item) for item in record.not_understood],
        "notes": [
            *record.notes,
            *gas_end(posterior),
            *treatment_end(posterior),
            # a refusal for that reason says it already
            *(() if SILENT in (found.refused or "") else left_out(posterior)),
        ],
        "entries": [_entry(item) for item in found.compared],
        "forecast": {
            "refused": found.refused,
            "caution": CAUTION,
            "waiting": waiting_text(found),
            "closing": NOT_DELAYED if told_apart(found) else CANNOT_TELL,
            "plans": [plan_data(item) for item in found.plans],
            "later_starts": [
                {
                    "plan": item.plan,
                    "points_at_end": _triple(item.end),
                    "points_on_average": _triple(item.average),
                    "words": cost_text(item),
                    "told_apart": item.told_apart,
                }
                for item in found.waiting
            ],
        },
        "steps": [
            {
                "entries": item.entries,
                "months": round(item.day / DAYS_PER_MONTH, 2),
                "added": list(item.labels),
                "points": None
                if item.median is None or item.low is None or item.high is None
                else _triple((item.low, item.median, item.high)),
                "effective_sample": round(item.effective, 1),
            }
            for item in found.steps
        ],
        "next_test": [
            {"kind": item.kind, "name": item.name, "narrower": round(item.narrower, 3)}
            for item in found.next_test
        ],
        "next_test_note": DRAWN_FIRST,
        "rests_on": rests_on(posterior),
    }


def left_out(posterior: Posterior) -> tuple[str, ...]:
    """Return the effect on the answer of complaints that a record does not name, and the row that removes it."""
    said = silence(posterior)
    how = (
        "Enter the known complaints; where complaints may be missing, enter that the history is partial (in the table "
        'of the page: first visit, list of complaints, partial; in a file: the row ",presentation,history,partial").'
    )
    return (f"{said} {how}",) if said else ()


def gas_end(posterior: Posterior) -> tuple[str, ...]:
    """Return that nitrous oxide is taken to end with the first treatment, where its end is not stated."""
    record = posterior.record
    if record.cause.kind not in gas_causes() or record.cause.ended is not None or not record.treatments:
        return ()
    return (
        "No row says when the nitrous oxide ended: in every treated plan it ends on the day treatment starts. "
        "Treatment while it goes on is not computed.",
    )


def last_treated(posterior: Posterior) -> float | None:
    """Return the day from which the person of a record is treated no more; None where no end is recorded."""
    stops = [item.stop for item in posterior.record.treatments]
    last = max((stop for stop in stops if stop is not None), default=None)
    return None if None in stops else last


def treatment_end(posterior: Posterior) -> tuple[str, ...]:
    """Return that the person of a record is treated no more from a day on; empty where no end is recorded."""
    last = last_treated(posterior)
    if last is None:
        return ()
    return (
        f"The recorded treatment ends {when_ended(last)}, and no later one is entered: the numbers from then on are "
        "those without treatment.",
    )


def when_ended(day: float) -> str:
    """Write a day in months before or after day 0."""
    months = abs(day) / DAYS_PER_MONTH
    return f"{months:.2g} months {'after' if day > 0 else 'before'} day 0" if round(months, 1) else "on day 0"


def silence(posterior: Posterior) -> str:
    """Return the inference from complaints that a history does not name; empty where it names them."""
    likelihood = posterior.likelihood
    if not likelihood.unmentioned:
        return ""
    names = [COMPLAINTS[name] for name in likelihood.unmentioned]
    said = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
    chance = percent(likelihood.reporting.told[-1])
    return (
        f"The history names symptoms, but not whether there is trouble with {said}. Severe trouble would have been "
        f"named with a chance of {chance} (assumed), so the answer takes it as improbable."
    )


def reason_of(item: Predicted) -> str:
    """Return in words how an entry differs from its prediction."""
    if item.words:
        low, median, high = item.words
        said = f"the model expects {median} ({low} to {high})"
    else:
        factor, unit = as_written(item.entry, item.unit)
        low, median, high = (f"{factor * value:.3g}" for value in (item.low, item.median, item.high))
        said = f"the model expects {median} {unit} ({low} to {high})"
    return (
        said
        if item.outlier < 0.1
        else f"{said}; chance that it says nothing of the person: {percent(item.outlier)}"
    )


def waiting_text(found: Forecast) -> str:
    """Return the sentence on waiting, with every later start in order of time: never that it is safe."""
    if not told_apart(found):
        return CANNOT_TELL
    parts = [
        f"{item.plan}: {'disability is ' if item.told_apart else ''}{cost_text(item)}"
        for item in found.waiting
    ]
    said = "; ".join(parts)
    return f"{said[0].upper()}{said[1:]}. {NOT_DELAYED}"


def cost_text(item: Waited) -> str:
    """Return the cost of one later start, or that the model cannot tell."""
    if not item.told_apart:
        return "the model cannot tell how much it costs"
    low, median, high = item.average
    least, end, most = item.end
    months, spread = (
        f"the {item.months:.0f} months to the end of the forecast",
        f"({cost_range(low, high, 1)})",
    )
    if round(end) <= 0:  # no points at the end would read as if waiting were free
        said = f"on average {median:.1f} points of 16 worse {spread} than {EARLIER}, over {months}"
        if round(most) <= 0:
            return said
        return (
            f"{said}; at that end at least half of the simulated persons are no worse, and the worst 5 % are worse by "
            f"{_points(most)} or more"
        )
    return (
        f"{_points(end)} of 16 worse ({cost_range(least, most)}) than {EARLIER} at the end of the forecast, and on "
        f"average {median:.1f} points worse {spread} over {months}"
    )


def _points(count: float) -> str:
    return f"{count:.0f} point{'' if round(count) == 1 else 's'}"


def told_apart(found: Forecast) -> bool:
    """Return whether the model tells the cost of any later start."""
    return found.refused is None and any(item.told_apart for item in found.waiting)


def rests_on(posterior: Posterior) -> dict[str, Any]:
    """Return the basis of the answer: entries not stated, and ledger entries by kind."""
    kinds = Counter(entry.kind for entry in posterior.setting.ledger.used())
    return {
        "not_stated": list(posterior.setting.assumed),
        "entries": sum(kinds.values()),
        **{kind: kinds.get(kind, 0) for kind in ("measured", "derived", "calibrated", "assumed")},
        "version": __version__,
    }


def _triple(values: tuple[float, float, float]) -> dict[str, float]:
    low, median, high = (round(value, 2) for value in values)
    return {"median": median, "low": low, "high": high}


_WRITTEN: Final = re.compile(r"^\s*[<>]?\s*=?\s*([\d.]+(?:[eE][-+]?\d+)?)\s*([^\d\s.].*)$")


def as_written(entry: Entry, unit: str) -> tuple[float, str]:
    """Return the unit in which a laboratory value was written, and the factor to it from the canonical unit."""
    found = _WRITTEN.match(entry.text)
    if entry.kind != "lab" or found is None or not entry.value:
        return 1.0, unit
    return float(found[1]) / entry.value, found[2].strip()


def _entry(item: Predicted) -> dict[str, Any]:
    # beside what was written, a prediction is read in the same unit
    factor, unit = as_written(item.entry, item.unit)
    predicted: dict[str, Any] = {
        "median": float(f"{factor * item.median:.4g}"),
        "low": float(f"{factor * item.low:.4g}"),
        "high": float(f"{factor * item.high:.4g}"),
    }
    if item.words:
        low, median, high = item.words
        predicted = {"median": median, "low": low, "high": high}
    entry = item.entry
    return {
        "line": entry.line,
        "months": round(entry.day / DAYS_PER_MONTH, 2),
        "kind": entry.kind,
        "name": entry.name,
        "written": entry.written,
        "observed": entry.text,
        "unit": unit,
        "predicted": predicted,
        "agrees": item.agrees,
        "outlier": round(item.outlier, 3),
    }


def to_dataset(posterior: Posterior, found: Forecast) -> xr.Dataset:
    """Return the posterior as a dataset: weighted persons, and the picks under every plan.

    Parameters
    ----------
    posterior : Posterior
    found : Forecast
        Of that posterior.

    Examples
    --------
    >>> from remyelin.person.inference import forecast, to_dataset
    >>> posterior = fit_person(record, rough=True)  # doctest: +SKIP
    >>> data = to_dataset(posterior, forecast(posterior, workers=1))
    >>> 'weight' in data or len(data) > 0
    True
    """
    draws = posterior.sample.draws
    variables: dict[str, Any] = {
        "weight": ("person", posterior.weights, {"units": "1"}),
        "log_likelihood": ("person", posterior.sample.log_likelihood, {"units": "1"}),
        "began": ("person", posterior.people.began, {"units": "day"}),
        "cause": ("person", np.array(posterior.setting.causes, dtype=object)[draws.cause].astype(str)),
        "parameter_set": (
            "person",
            np.array(chosen(RECORD_SETS))[draws.member],
            {"long_name": "set of the shipped posterior"},
        ),
        "coordinates": (
            ("person", "coordinate"),
            draws.z,
            {"units": "1", "long_name": "trait as a standard normal number"},
        ),
    }
    for item in found.plans:
        slug = item.plan.name.replace(" ", "_")
        pick = f"pick_{len(item.scale)}"
        variables[f"disability_{slug}"] = ((pick, "time"), item.scale, {"units": "points"})
        for name, values in item.symptoms.items():
            variables[f"{name}_{slug}"] = ((pick, "time"), values.astype(np.float32), {"units": "1"})
    coordinates: dict[str, Any] = {"coordinate": list(COORDINATES)}
    if found.plans:
        coordinates["time"] = ("time", found.plans[0].days, {"units": "day"})
    text = json.dumps(answer(posterior, found), ensure_ascii=False, allow_nan=False)
    return xr.Dataset(
        variables,
        coords=coordinates,
        attrs={"title": f"Posterior of {posterior.record.source}", "disclaimer": CAUTION, "answer": text},
    )


def to_netcdf(posterior: Posterior, found: Forecast) -> bytes:
    """Return the posterior as the bytes of a netCDF file, made in memory.

    Parameters
    ----------
    posterior : Posterior
    found : Forecast
        Of that posterior.

    Examples
    --------
    >>> from remyelin.person.inference import forecast, to_netcdf
    >>> posterior = fit_person(record, rough=True)  # doctest: +SKIP
    >>> content = to_netcdf(posterior, forecast(posterior, workers=1))
    >>> content[1:4]
    b'HDF'
    """
    import h5netcdf
    from xarray.backends import H5NetCDFStore

    content = io.BytesIO()
    with h5netcdf.File(content, "w") as file:
        to_dataset(posterior, found).dump_to_store(H5NetCDFStore(file))
    return content.getvalue()


def save(posterior: Posterior, found: Forecast, path: Path) -> None:
    """Write the posterior as netCDF, whole or not at all.

    Parameters
    ----------
    posterior : Posterior
    found : Forecast
        Of that posterior.
    path : Path
        Of the file.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from remyelin.person.inference import forecast, save
    >>> posterior = fit_person(record, rough=True)  # doctest: +SKIP
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / 'posterior.nc'
    ...     save(posterior, forecast(posterior, workers=1), path)
    ...     written = path.is_file()
    >>> written
    True
    """
    write_whole(path, to_netcdf(posterior, found))
