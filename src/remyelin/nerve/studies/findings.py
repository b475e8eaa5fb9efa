"""The study table of one date: rows of sites, their waveforms, and their classification as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from remyelin.base.errors import InputError, nearest
from remyelin.nerve.anatomy.body import Person
from remyelin.nerve.signals.responses import Waveform
from remyelin.nerve.studies.norms import Assessment


@dataclass(frozen=True, slots=True)
class Row:
    """One nerve and site of a study table.

    Attributes
    ----------
    study, site, modality : str
        Modality is "motor", "sensory" or "evoked".
    latency : float or None
        ms; of the onset for nerve and muscle, of the peak for evoked potentials; None if absent.
    amplitude : float or None
        Baseline to negative peak, in `amplitude_unit`.
    area, duration : float or None
        Of the negative phase, in `amplitude_unit` times ms, and ms; not measured on evoked potentials.
    distance, velocity : float or None
        mm and m/s, from this site to the one before it, or to the electrode of a sensory study.
    interval : float or None
        Between two waves, or central motor conduction time, ms.
    f_latency : float or None
        Of the earliest F wave after stimulation here, ms; None if there is none, or none was looked for.
    f_persistence : float or None
        Share of the shocks that gave an F wave; None where none was looked for.
    markers : tuple of float or None
        Onset, peak and return on the waveform, ms: to the baseline for nerve and muscle, to as small a share of
        the peak as at the onset for evoked potentials.
    assessed : tuple of Assessment
        The quantities for which there is a norm.
    absent : bool
        No response could be told from noise.

    Examples
    --------
    >>> from remyelin import Ledger, nerve
    >>> ledger = Ledger.shipped()
    >>> person = nerve.Person(age=57, sex='female', height=163.0, temperature=33.0)
    >>> tables = nerve.build_tables(ledger)
    >>> studies = nerve.battery(nerve.intact(person, ledger), person, tables, ledger, ['sural'])
    >>> row = studies.row('sural', 'ankle')
    >>> row.amplitude_unit, row.absent
    ('uV', False)
    """

    study: str
    site: str
    modality: str
    latency: float | None = None
    amplitude: float | None = None
    amplitude_unit: str = ""
    area: float | None = None
    duration: float | None = None
    distance: float | None = None
    velocity: float | None = None
    interval: float | None = None
    f_latency: float | None = None
    f_persistence: float | None = None
    markers: tuple[float, float, float] | None = None
    assessed: tuple[Assessment, ...] = ()
    absent: bool = False

    @property
    def abnormal(self) -> bool:
        """Whether any assessed quantity is beyond its limit or the response absent."""
        return self.absent or any(item.flag != "normal" for item in self.assessed)

    def as_dict(self) -> dict[str, Any]:
        """Return the row as plain JSON-ready data."""
        return {**asdict(self), "abnormal": self.abnormal}


@dataclass(frozen=True, slots=True)
class Met:
    """One criterion that one nerve meets: its name, the study, and the numbers in words."""

    criterion: str
    study: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Classification:
    """Classification of conduction studies and evoked potentials.

    Attributes
    ----------
    pattern : str
        Of the conduction studies: "not studied", "normal", "one nerve only", "slowing without a pattern", "axonal",
        "demyelinating" or "mixed".
    certainty : str
        "definite", "probable" or "possible" where a demyelinating criterion is met, else empty.
    rule : str
        The rule that gave the pattern, in words.
    met : tuple of Met
        Demyelinating criteria met, nerve by nerve.
    low : tuple of str
        Nerves with a low or absent amplitude.
    slow : tuple of str
        Nerves with a late or slow, but present response.
    evoked : tuple of str
        Evoked potentials and reflexes that are abnormal.

    Examples
    --------
    >>> from remyelin import Ledger, nerve
    >>> ledger = Ledger.shipped()
    >>> person = nerve.Person(age=57, sex='female', height=163.0, temperature=33.0)
    >>> tables = nerve.build_tables(ledger)
    >>> studies = nerve.battery(nerve.intact(person, ledger), person, tables, ledger)
    >>> nerve.classify(studies, ledger).pattern
    'normal'
    """

    pattern: str
    certainty: str
    rule: str
    met: tuple[Met, ...]
    low: tuple[str, ...]
    slow: tuple[str, ...]
    evoked: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the classification as plain JSON-ready data."""
        return {
            "pattern": self.pattern,
            "certainty": self.certainty,
            "rule": self.rule,
            "met": [{"criterion": m.criterion, "study": m.study, "sentence": m.sentence} for m in self.met],
            "low": list(self.low),
            "slow": list(self.slow),
            "evoked": list(self.evoked),
        }


@dataclass(frozen=True, slots=True, eq=False)
class Studies:
    """The studies of one date: rows, waveforms by "study, site" (negative up), the conditions, the classification.

    Examples
    --------
    >>> from remyelin import Ledger, nerve
    >>> ledger = Ledger.shipped()
    >>> person = nerve.Person(age=57, sex='female', height=163.0, temperature=33.0)
    >>> tables = nerve.build_tables(ledger)
    >>> studies = nerve.battery(nerve.intact(person, ledger), person, tables, ledger, ['sural'])
    >>> [f'{row.study}, {row.site}' for row in studies.rows]
    ['sural, ankle']
    """

    rows: tuple[Row, ...]
    waveforms: Mapping[str, Waveform]
    person: Person
    classification: Classification | None = None

    def row(self, study: str, site: str) -> Row:
        """Return the row of a study and site.

        Raises
        ------
        InputError
            If there is none; the nearest is given.
        """
        known = {f"{row.study}, {row.site}": row for row in self.rows}
        key = f"{study}, {site}"
        if key not in known:
            raise InputError(f"no study and site {key!r}; {nearest(key, known)}")
        return known[key]

    def abnormal(self, study: str) -> bool:
        """Return whether any row of a study is abnormal.

        Raises
        ------
        InputError
            If the study is not in the battery.
        """
        rows = [row for row in self.rows if row.study == study]
        if not rows:
            raise InputError(f"no study {study!r}; {nearest(study, {row.study for row in self.rows})}")
        return any(row.abnormal for row in rows)
