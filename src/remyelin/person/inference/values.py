"""Laboratory values and nerve studies of a record as inputs of the filter."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from remyelin import nerve
from remyelin.evidence import Ledger
from remyelin.nerve.studies.norms import Assessment
from remyelin.person.inference.filtering import Hidden, Measured
from remyelin.person.inference.people import Simulated
from remyelin.person.inference.studies import asked_of, deviation, norm_of, written
from remyelin.person.record import Entry
from remyelin.person.traits import NAMES, Spread

Floats = NDArray[np.float64]
LOGARITHMIC: Final = ("b12", "holotc", "mma", "homocysteine", "haemoglobin", "haematocrit")
#: Hidden static numbers, by the markers they move.
_STATIC: Final = ("plasma", "mma", "homocysteine", "haemoglobin", "marrow", "mcv")
_OUTLYING: Final = (-2.0, 4.0)  # of a nerve study that says nothing, in standard deviations of the norm


@dataclass(frozen=True, slots=True, eq=False)
class Streams:
    """Random streams and scales that the values of one record are read with.

    Attributes
    ----------
    names : tuple of str
        Markers and studies that occur or are predicted, each with a discrepancy of its own.
    ledger : Ledger
    spread : Spread
    sex : str
    norms : mapping of str to Assessment
        By study.
    """

    names: tuple[str, ...]
    ledger: Ledger
    spread: Spread
    sex: str
    norms: Mapping[str, Assessment]

    @classmethod
    def of(
        cls,
        names: Sequence[str],
        studies: Sequence[str],
        ledger: Ledger,
        spread: Spread,
        body: nerve.Person,
        tables: nerve.Tables,
    ) -> Streams:
        """Set up the streams of some markers and studies."""
        norms = {name: norm_of(name, body, tables, ledger) for name in studies}
        return cls((*names, *studies), ledger, spread, body.sex, norms)

    @property
    def statics(self) -> tuple[str, ...]:
        """Names of the static hidden numbers: of blood, and one for every study."""
        return (*_STATIC, *self.norms)

    def hidden(self, size: float) -> Hidden:
        """Return the prior of the hidden numbers at a multiple of the usual discrepancy."""
        ledger, statics = self.ledger, self.statics
        deviations = np.empty(len(statics) + len(self.names))
        for at, name in enumerate(statics):
            deviations[at] = self._static(name)
        correlation = np.eye(len(deviations))
        one, other = statics.index("mma"), statics.index("homocysteine")
        traits = (NAMES.index("mma"), NAMES.index("homocysteine"))
        correlation[one, other] = correlation[other, one] = self.spread.correlation[traits]
        for at, name in enumerate(self.names):
            deviations[len(statics) + at] = size * self._discrepancy(name)
        time = np.full(len(deviations), ledger["record.discrepancy.time"])
        time[: len(statics)] = np.inf
        return Hidden(deviations[:, None] * correlation * deviations[None, :], time)

    def _static(self, name: str) -> float:
        ledger = self.ledger
        if name in ("plasma", "mma", "homocysteine"):
            return float(self.spread.deviation[NAMES.index(name)])
        if name in self.norms:
            return math.sqrt(1.0 - ledger["record.noise.study"] ** 2)
        return ledger[
            {
                "haemoglobin": "record.blood.haemoglobin_spread",
                "marrow": "record.blood.marrow_spread",
                "mcv": "record.blood.mcv_spread",
            }[name]
        ]

    def _discrepancy(self, name: str) -> float:
        if name in self.norms:
            return self.ledger["record.discrepancy.study"]
        if name in ("haemoglobin", "haematocrit"):
            return self.ledger["record.discrepancy.haemoglobin"]
        if name == "mcv":
            return self.ledger["record.discrepancy.mcv"]
        return self.ledger["record.discrepancy.lab"]

    def noise(self, name: str) -> float:
        """Return the standard deviation within a person of a value, assay included, as transformed."""
        ledger = self.ledger
        if name in self.norms:
            return ledger["record.noise.study"]
        if name in ("haemoglobin", "haematocrit"):
            return ledger["record.blood.haemoglobin_noise"]
        if name == "mcv":
            return ledger["record.blood.mcv_noise"]
        return ledger[f"readout_noise.{name}"]

    def outlier(self, name: str) -> tuple[float, float]:
        """Return mean and standard deviation of a value that says nothing, as transformed."""
        ledger = self.ledger
        if name in self.norms:
            return _OUTLYING
        factor = ledger["record.blood.haematocrit"] if name == "haematocrit" else 1.0
        low, high = ledger.vector(f"plausible.{'haemoglobin' if name == 'haematocrit' else name}")
        if name == "mcv":
            return 0.5 * (low + high), 0.5 * (high - low)
        return math.log(factor) + 0.5 * math.log(low * high), ledger["record.outlier.width"]

    def expected(self, name: str, values: Mapping[str, Floats]) -> tuple[Floats, Floats]:
        """Return the expected value (person,) as transformed, and its loadings (person, hidden).

        Parameters
        ----------
        name : str
        values : mapping of str to (person,) array
            Blood of the persons at the day, or ``study`` with the deviation of a study.
        """
        persons = len(next(iter(values.values())))
        loadings = np.zeros((persons, len(self.statics) + len(self.names)))
        loadings[:, len(self.statics) + self.names.index(name)] = 1.0
        at = self.statics.index
        if name in self.norms:
            loadings[:, at(name)] = 1.0
            return values["study"], loadings
        ledger = self.ledger
        if name in ("haemoglobin", "haematocrit"):
            women, men = ledger.vector("record.blood.haemoglobin")
            share = values["haemoglobin"] / ledger["blood.haemoglobin"]
            level = np.log(share * (men if self.sex == "male" else women))
            loadings[:, at("haemoglobin")] = 1.0
            # a marrow that answers more strongly, to first order
            loadings[:, at("marrow")] = -(1.0 - share) / share
            factor = ledger["record.blood.haematocrit"] if name == "haematocrit" else 1.0
            return level + math.log(factor), loadings
        if name == "mcv":
            loadings[:, at("mcv")] = 1.0
            loadings[:, at("marrow")] = values["mcv"] - ledger["blood.mcv"]
            return values["mcv"], loadings
        if name == "b12":
            loadings[:, at("plasma")] = values["haptocorrin"] / np.maximum(values["b12"], 1e-3)
        elif name in ("mma", "homocysteine"):
            loadings[:, at(name)] = 1.0
        return np.log(np.maximum(values[name], 1e-3)), loadings

    def transformed(self, name: str, value: float, limit: float | None = None) -> float:
        """Return a written value as transformed."""
        if name in self.norms:
            return deviation(value or None, self.norms[name], self.ledger, limit)
        return math.log(value) if name in LOGARITHMIC else value

    def written(self, name: str, value: Floats, limit: float | None = None) -> Floats:
        """Return transformed values in the unit of the marker or study."""
        if name in self.norms:
            return np.array([written(float(item), self.norms[name], limit) for item in value])
        return np.exp(value) if name in LOGARITHMIC else value


def stream_of(entry: Entry) -> str:
    """Return the stream of a laboratory value or study."""
    return asked_of(entry).name if entry.kind == "study" else entry.name


def values_at(people: Simulated, entry: Entry) -> dict[str, Floats]:
    """Return blood of the persons on the day of an entry, or the deviation of its study."""
    if entry.kind == "study":
        return {"study": people.studies[asked_of(entry)]}
    at = int(np.searchsorted(people.days, entry.day))
    return {name: values[:, at] for name, values in people.blood.items()}


def measured(entries: Sequence[Entry], people: Simulated, streams: Streams) -> list[Measured]:
    """Return the values of a record beside those of simulated persons, in order of their days."""
    found = []
    for entry in sorted(entries, key=lambda entry: entry.day):
        name = stream_of(entry)
        expected, loadings = streams.expected(name, values_at(people, entry))
        assert entry.value is not None
        found.append(
            Measured(
                entry.day,
                streams.transformed(name, entry.value, entry.limit),
                entry.bound,
                expected,
                loadings,
                streams.noise(name),
                streams.outlier(name),
            )
        )
    return found
