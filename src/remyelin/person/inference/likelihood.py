"""Likelihood of a whole record for simulated persons, with the hidden states that explain it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from remyelin import clinic
from remyelin.person.inference import associated, findings
from remyelin.person.inference.associated import is_associated, of_the_cord
from remyelin.person.inference.filtering import Filtered, filtered
from remyelin.person.inference.findings import Nested, Reporting
from remyelin.person.inference.people import Setting, Simulated
from remyelin.person.inference.settings import RECORD_HISTORY
from remyelin.person.inference.studies import Asked, asked_of
from remyelin.person.inference.values import Streams, measured, stream_of
from remyelin.person.record import Entry, Record
from remyelin.person.record.terms import SCALE_TOP, STUDIES, SYMPTOMS

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """Likelihood of a record for simulated persons.

    Attributes
    ----------
    total : (person,) array
        Log likelihood, hidden states integrated out.
    draws : (person, draw) array
        Log likelihood of every draw of hidden states; their mean is `total`.
    hidden : Nested
    values : tuple of Filtered
        Of laboratory values and studies, by size of the discrepancy.
    outlier : (entry, person, draw) array
        Chance of every finding and scale to say nothing, in the order of the likelihood's `clinical`, then of its
        `associated`.
    """

    total: Floats
    draws: Floats
    hidden: Nested
    values: tuple[Filtered, ...]
    outlier: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """Hidden states of persons and the quantities that do not depend on the results.

    Attributes
    ----------
    hidden : Nested
    state : findings.Clinic or None
        At the days of findings; None without any.
    presented : (person, draw) array
        Log density of being found on day 0 and not before.
    """

    hidden: Nested
    state: findings.Clinic | None
    presented: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Likelihood:
    """Likelihood of the entries of a record.

    Attributes
    ----------
    setting : Setting
    reporting : Reporting
    streams : Streams
    values, clinical : tuple of Entry
        Laboratory values and studies; symptoms, signs and scales.
    associated : tuple of Entry
        Symptoms without a mechanism.
    finding_days : (day,) array
        Days at which the clinical state is needed.
    selected : str
        How the person was found: ``symptoms``, ``blood count``, or empty without a selection.
    unmentioned : tuple of str
        Grave symptoms that the history leaves out, which speaks against their severe forms.
    """

    setting: Setting
    reporting: Reporting
    streams: Streams
    values: tuple[Entry, ...]
    clinical: tuple[Entry, ...]
    associated: tuple[Entry, ...]
    finding_days: Floats
    selected: str
    unmentioned: tuple[str, ...] = ()

    @classmethod
    def of(cls, record: Record, setting: Setting, extra: Sequence[str] = ()) -> Likelihood:
        """Set up the likelihood of a record; `extra` are markers and studies that will be predicted."""
        values = tuple(entry for entry in record.entries if entry.kind in ("lab", "study"))
        beside = tuple(entry for entry in record.entries if is_associated(entry))
        found = tuple(
            entry
            for entry in record.entries
            if entry.kind in ("symptom", "sign", "scale") and not is_associated(entry)
        )
        reporting = Reporting.from_ledger(setting.ledger)
        names = list(dict.fromkeys([*(stream_of(entry) for entry in values), *extra]))
        streams = Streams.of(
            [name for name in names if name not in STUDIES],
            [name for name in names if name in STUDIES],
            setting.ledger,
            setting.spread,
            setting.body,
            setting.numbers[0].tables,
        )
        seen = (*found, *(entry for entry in beside if of_the_cord(entry)))
        days = sorted({day for entry in seen for day, _ in _parts(entry, reporting)} | {0.0})
        selected = record.found or ("symptoms" if any(e.kind != "scale" for e in found) else "")
        return cls(
            setting, reporting, streams, values, found, beside, np.array(days), selected, record.unmentioned
        )

    def days(self) -> list[float]:
        """Return every day on which persons must be known."""
        days = {entry.day for entry in self.values} | set(map(float, self.finding_days))
        days |= {day for entry in self.associated for day, _ in _parts(entry, self.reporting)}
        return sorted(days | set(RECORD_HISTORY) | {0.0})

    @property
    def today(self) -> int:
        """Place of day 0 among the days of findings."""
        return int(np.searchsorted(self.finding_days, 0.0))

    def asked(self) -> list[Asked]:
        """Return the nerve studies to make."""
        return list(dict.fromkeys(asked_of(entry) for entry in self.values if entry.kind == "study"))

    def prepare(self, people: Simulated, numbers: Sequence[int], seed: int, draws: int) -> Prepared:
        """Draw the hidden states of persons, and return the quantities that do not depend on the results.

        Parameters
        ----------
        people : Simulated
        numbers : sequence of int
            Number of each person, whose stream of hidden states it is.
        seed : int
        draws : int
            Hidden states for every person.
        """
        spreads = [self.setting.spreads[member] for member in people.member.tolist()]
        hidden = findings.nested(numbers, self.finding_days, spreads, self.reporting, seed, draws)
        needed = self.clinical or self.unmentioned or any(map(of_the_cord, self.associated))
        state = self.state(people, hidden, self.finding_days, hidden.path) if needed else None
        return Prepared(hidden, state, self.presented(people, hidden))

    def judge(self, people: Simulated, ready: Prepared) -> Judged:
        """Return the likelihood of simulated persons with their hidden states."""
        reporting, count = self.reporting, len(people.began)
        hidden = ready.hidden
        draws = hidden.reserve.shape[1]
        items = measured(self.values, people, self.streams)
        values = tuple(
            filtered(items, self.streams.hidden(size), reporting.outlier, count) for size in reporting.scales
        )
        by_size = np.stack([item.log_likelihood for item in values], axis=-1)
        logs = np.take_along_axis(by_size, hidden.size, axis=1)
        outlier = np.zeros((len(self.clinical) + len(self.associated), count, draws))
        if self.clinical and ready.state is not None:
            logs = logs + self._findings(ready.state, hidden, outlier)
        if self.unmentioned and ready.state is not None:
            logs = logs + self._unmentioned(ready.state, hidden)
        logs = logs + self._associated(people, ready.state, outlier[len(self.clinical) :])
        logs = logs + ready.presented
        total = np.logaddexp.reduce(logs, axis=1) - math.log(draws)
        return Judged(total, logs, hidden, values, outlier)

    def state(self, people: Simulated, hidden: Nested, days: Floats, path: Floats) -> findings.Clinic:
        """Return the clinical state of persons at days that are kept."""
        at = np.searchsorted(people.days, days)
        return findings.clinic_of(
            {name: values[:, at] for name, values in people.pathways.items()},
            hidden,
            path,
            self.judges(people.member),
            self.reporting,
        )

    def judges(self, member: NDArray[np.int64]) -> clinic.Parameters:
        """Return the clinical maps of persons of some parameter sets, halves over (person, 1, 1)."""
        return clinic.of_sets([self.setting.numbers[index].judge for index in member.tolist()], 2)

    def _findings(self, state: findings.Clinic, hidden: Nested, outlier: Floats) -> Floats:
        """Return the log likelihood (person, draw) of symptoms, signs and scales."""
        setting, reporting = self.setting, self.reporting
        record, share = setting.record, reporting.outlier
        logs = np.zeros(hidden.reserve.shape)
        by_name: dict[tuple[str, str], list[int]] = {}
        for index, entry in enumerate(self.clinical):
            if entry.kind == "scale":
                logs += self._scale(entry, state, outlier[index])
            else:
                by_name.setdefault((entry.kind, entry.name), []).append(index)
        for (kind, _), indices in by_name.items():
            item = findings.finding_of(self.clinical[indices[0]])
            common = findings.background(item, kind, setting.age, record.conditions, setting.ledger)
            size = findings.grades(item)
            cases = findings.causes(item, common, reporting)
            of_case = np.zeros((len(cases), *logs.shape))
            chances = []
            for index in indices:
                plain = np.ones((len(cases), *logs.shape))
                width = 1.0
                for day, levels in _parts(self.clinical[index], reporting):
                    at = int(np.searchsorted(self.finding_days, day))
                    below = findings.cumulative(item, state, at, hidden.examiner[..., at], reporting)
                    width *= (levels[1] - levels[0] + 1) / size
                    for place, (grade, _) in enumerate(cases):
                        plain[place] *= np.clip(findings.chance(item, levels, below, grade), 0.0, 1.0)
                chances.append((index, plain, width))
                of_case += np.log((1.0 - share) * plain + share * width)
            weights = np.log([weight for _, weight in cases])[:, None, None]
            together = np.logaddexp.reduce(of_case + weights, axis=0)
            logs += together
            posterior = np.exp(of_case + weights - together)
            for index, plain, width in chances:
                said = share * width / ((1.0 - share) * plain + share * width)
                outlier[index] = (posterior * said).sum(axis=0)
        return logs

    def _unmentioned(self, state: findings.Clinic, hidden: Nested) -> Floats:
        """Return the log probability (person, draw) that a history omits the symptoms of :data:`GRAVE` it omits."""
        setting, reporting = self.setting, self.reporting
        at, logs = self.today, np.zeros(hidden.reserve.shape)
        for name in self.unmentioned:
            item = SYMPTOMS[name]
            common = findings.background(
                item, "symptom", setting.age, setting.record.conditions, setting.ledger
            )
            grades = findings.written(item, state, at, hidden.examiner[..., at], common, reporting)
            silent = 1.0 - np.array(reporting.told)
            logs += np.log(np.tensordot(silent, grades, axes=1))
        return logs

    def _associated(self, people: Simulated, state: findings.Clinic | None, outlier: Floats) -> Floats:
        """Return the log likelihood (person, draw or 1) of symptoms without a mechanism."""
        logs = np.zeros((len(people.began), 1))
        for name in dict.fromkeys(entry.name for entry in self.associated):
            places = [at for at, entry in enumerate(self.associated) if entry.name == name]
            own, silent = associated.likelihood(
                [self.associated[at] for at in places],
                people,
                state,
                self.finding_days,
                self.setting,
                self.reporting,
            )
            logs = logs + own
            for at, chance in zip(places, silent, strict=True):
                outlier[at] = chance
        return logs

    def _scale(self, entry: Entry, state: findings.Clinic, outlier: Floats) -> Floats:
        """Return the log likelihood of a scale and write the chance that it says nothing."""
        at = int(np.searchsorted(self.finding_days, entry.day))
        points = state.scale["total" if entry.name == "disability" else "rankin"][..., at]
        top = SCALE_TOP[entry.name]
        noise = self.reporting.scale_noise * (1.0 if entry.name == "disability" else 0.5)
        assert entry.value is not None
        density = np.exp(-0.5 * ((entry.value - points) / noise) ** 2) / (noise * math.sqrt(2.0 * math.pi))
        share = self.reporting.outlier
        both = (1.0 - share) * density + share / (top + 1.0)
        outlier[...] = share / (top + 1.0) / both
        return np.asarray(np.log(both))

    def presented(self, people: Simulated, hidden: Nested) -> Floats:
        """Return the log density (person, draw) of being found on day 0 and not before."""
        if self.selected not in ("symptoms", "blood count"):
            return np.zeros(hidden.reserve.shape)
        days = np.array([*RECORD_HISTORY, 0.0])
        noticed, gait, other, anaemia = self.reporting.rates
        fall = 1.0 - people.blood["haemoglobin"] / self.setting.ledger["blood.haemoglobin"]
        at = np.searchsorted(people.days, days)
        fall = fall[:, at] / self.setting.ledger["blood.haemoglobin_fall"]
        rate = np.broadcast_to(
            other + anaemia * np.clip(fall, 0.0, 1.0)[:, None], (*hidden.reserve.shape, len(days))
        )
        if self.selected == "symptoms":
            still = np.zeros((*hidden.reserve.shape, len(days)))
            state = self.state(people, hidden, days, still)
            presence = np.broadcast_to(state.judge.presence, state.shape)
            felt = np.any(
                [state.severities[name] >= presence for name in clinic.SPINAL if name != "reflexes"]
                + [state.severities["vision"] >= presence],
                axis=0,
            )
            rate = other + noticed * felt + gait * state.severities["gait"]
        gone = 0.5 * ((rate[..., 1:] + rate[..., :-1]) * np.diff(days)).sum(axis=-1)
        return np.asarray(np.log(rate[..., -1] * 365.25) - gone)


def joined_judged(parts: Sequence[Judged]) -> Judged:
    """Return the likelihoods of several batches as one."""
    hidden = [part.hidden for part in parts]
    whole = Nested(
        *(
            np.concatenate([getattr(item, name) for item in hidden])
            for name in ("reserve", "notice", "size", "path", "examiner")
        )
    )
    values = tuple(
        Filtered(
            np.concatenate([item.log_likelihood for item in same]),
            np.concatenate([item.mean for item in same]),
            np.concatenate([item.covariance for item in same]),
            np.concatenate([item.outlier for item in same], axis=1),
        )
        for same in zip(*(part.values for part in parts), strict=True)
    )
    return Judged(
        np.concatenate([part.total for part in parts]),
        np.concatenate([part.draws for part in parts]),
        whole,
        values,
        np.concatenate([part.outlier for part in parts], axis=1),
    )


def _parts(entry: Entry, reporting: Reporting) -> list[tuple[float, tuple[int, int]]]:
    """Return days and grades of an entry; of a scale only its day."""
    if entry.kind == "scale":
        return [(entry.day, (0, 0))]
    return findings.parts_of(entry, reporting)
