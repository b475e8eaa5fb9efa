"""Event tables with observations, in the form of NM-TRAN."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from remyelin.analysis.estimation.columns import CODES, COLUMNS, COVARIATES, MARKERS, REQUIRED
from remyelin.base.errors import InputError, nearest
from remyelin.base.text_files import read_text
from remyelin.base.units import DAYS_PER_YEAR
from remyelin.cobalamin import Dose, Exposure, Profile, constant, steps
from remyelin.cobalamin.doses import FORMS
from remyelin.cobalamin.exchange.events import COMPARTMENTS, code_of
from remyelin.cobalamin.settings import MAX_DOSES

Array = NDArray[np.float64]

STEADY_YEARS: Final = 10
"""Doses of SS = 1 are repeated for so long before: the store turns over in years."""
MEALS: Final = 3
TIE: Final = 1e-8
"""Days before a dose at which a row of the same time that stands before it is evaluated: about 1 ms."""


@dataclass(frozen=True, slots=True, eq=False)
class Occasion:
    """A stretch of one person's record between resets, which begins in the steady state of the diet.

    Attributes
    ----------
    exposure : Exposure
        Diet, covariates and doses; scales of the person at 1.
    time : (n,) array
        Days of the rows, in order.
    marker : (n,) array of int
        Position in :data:`MARKERS`.
    value : (n,) array
        Observed, in the canonical unit; NaN where only a prediction is asked for (EVID 2, MDV 1).
    before : (n,) array of bool
        Whether a dose of the same time stands behind the row, so that the row sees the state before the dose.

    Examples
    --------
    >>> from remyelin.analysis.estimation import read_table
    >>> rows = [{'ID': 1, 'TIME': 0, 'EVID': 0, 'DV': 150, 'AGE': 60, 'INTAKE': 5}]
    >>> subject, = read_table(rows)
    >>> subject.occasions[0].time, subject.occasions[0].exposure.age
    (array([0.]), 60.0)
    """

    exposure: Exposure
    time: Array
    marker: NDArray[np.int64]
    value: Array
    before: NDArray[np.bool_]

    @property
    def moments(self) -> Array:
        """Days at which the rows are evaluated, shape (n,): rows before a dose of their time :data:`TIE` earlier."""
        return np.where(self.before, self.time - TIE, self.time)

    def predicted(
        self, course: Callable[[Exposure, Array], Mapping[str, Array]], exposure: Exposure | None = None
    ) -> Array:
        """Return the concentrations of the rows, shape (n,), in canonical units.

        Parameters
        ----------
        course : callable
            Gives the markers at ascending days for an exposure, as :func:`remyelin.cobalamin.course_of`.
        exposure : Exposure, optional
            In place of that of the table, with the same doses.
        """
        if not self.time.size:
            return np.zeros(0)
        days, place = np.unique(self.moments, return_inverse=True)
        last = days[-1]
        if any(dose.time == last for dose in self.exposure.doses):
            days = np.append(days, last + 1.0)  # a course leaves out the doses of its last moment
        made = course(self.exposure if exposure is None else exposure, days)
        found: Array = np.stack([made[name] for name in MARKERS])[self.marker, place]
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """One person of a table.

    Attributes
    ----------
    id : float
    occasions : tuple of Occasion
        One, and one more for each row with EVID 3 or 4.

    Examples
    --------
    >>> from remyelin.analysis.estimation import read_table
    >>> rows = [{'ID': 1, 'TIME': 0, 'EVID': 0, 'DV': 150, 'AGE': 60, 'INTAKE': 5}]
    >>> subject, = read_table(rows)
    >>> len(subject.occasions)
    1
    """

    id: float
    occasions: tuple[Occasion, ...]


def read_table(table: Any, covariates: Mapping[str, float] | None = None) -> tuple[Subject, ...]:
    """Read an event table.

    Columns are those of NM-TRAN: ``ID``, ``TIME`` (days), ``EVID`` (0 observation, 1 dose, 2 other, 3 reset, 4 reset
    and dose), ``DV``, ``DVID`` (1 serum B12 in pmol/L, 2 holotranscobalamin in pmol/L, 3 methylmalonate in nmol/L, 4
    homocysteine in umol/L), ``MDV``, ``AMT`` (ug), ``CMT`` (1 oral, 2 nasal, 3 im, 4 sc, 5 iv), ``FORM`` (1 cyano-, 2
    hydroxo-, 3 methylcobalamin), ``FOOD``, ``II``, ``ADDL``, ``SS``; and the covariates ``AGE`` (years), ``INTAKE``
    (ug/day), ``IF`` (working share of absorption by intrinsic factor, 0 to 1), ``GFR`` (mL/min/1.73 m2), which may
    change over time. A dot is an empty cell. CMT and FORM may be words.

    Rows are processed in their order. An observation before a dose row of the same TIME sees the state before that
    dose, one after it the state after. An additional dose (ADDL) comes before the rows of its time.

    Parameters
    ----------
    table : path, DataFrame or sequence of mapping
        A CSV file, a pandas or polars data frame, or rows.
    covariates : mapping of str to float, optional
        Covariates of everybody that the table does not hold.

    Returns
    -------
    tuple of Subject

    Raises
    ------
    InputError
        One sentence with the row and what would be right.

    Examples
    --------
    >>> from remyelin.analysis.estimation import read_table
    >>> rows = [
    ...     {"ID": 1, "TIME": 0, "EVID": 1, "AMT": 1000, "CMT": 3, "FORM": 1, "AGE": 60, "INTAKE": 5},
    ...     {"ID": 1, "TIME": 7, "EVID": 0, "DV": 600, "DVID": 1, "AGE": 60, "INTAKE": 5},
    ... ]
    >>> subject, = read_table(rows)
    >>> subject.occasions[0].value
    array([600.])
    """
    given = {str(name).strip().upper(): value for name, value in (covariates or {}).items()}
    stranger = next((name for name in given if name not in COVARIATES), None)
    if stranger is not None:
        raise InputError(f"covariates: unknown covariate {stranger!r}; {nearest(stranger, COVARIATES)}")
    rows = [_Row(i, fields, given) for i, fields in enumerate(_rows(table), start=1)]
    if not rows:
        raise InputError("table: has no rows; give one a dose and one an observation.")
    missing = [name for name in REQUIRED if name not in rows[0].fields]
    if missing:
        raise InputError(f"table: column {missing[0]} is missing; the columns are {', '.join(COLUMNS)}.")
    for row in rows:
        row.check()
    if any(row.whole("EVID", 0, 4) in (1, 4) for row in rows):
        for name in ("AMT", "CMT"):
            if not any(name in row.fields for row in rows):
                raise InputError(f"table: column {name} is missing, which a dose needs: {CODES[name]}.")
    persons: dict[float, list[_Row]] = {}
    for row in rows:
        persons.setdefault(row.number("ID", None), []).append(row)
    return tuple(Subject(name, _occasions(own)) for name, own in persons.items())


def _rows(table: Any) -> Iterable[Mapping[str, Any]]:
    if hasattr(table, "to_dicts"):  # polars
        return list(table.to_dicts())
    if hasattr(table, "to_dict"):  # pandas
        return list(table.to_dict("records"))
    if isinstance(table, str | Path):
        text = read_text(Path(table), "an event table (*.csv)")
        return list(csv.DictReader(text.splitlines(), skipinitialspace=True))
    if isinstance(table, Sequence):
        return table
    raise InputError(f"table: a {type(table).__name__} is no table; give a CSV file, a data frame or rows.")


#: Only its checks are used.
_ANYBODY: Final = Exposure(age=1, food_intake=constant(0.0), meals_per_day=MEALS)


def _blank(written: Any) -> bool:
    return written is None or str(written).strip().lower() in (".", "", "nan", "none", "<na>")


class _Row:
    """One row: numbers by column, with its position at hand."""

    def __init__(self, line: int, fields: Mapping[str, Any], given: Mapping[str, float]) -> None:
        self.line = line
        if None in fields:
            raise InputError(f"table: row {line} has more cells than there are columns; give one a column.")
        self.fields = {str(name).strip().upper(): value for name, value in fields.items()}
        self.given = given

    def check(self) -> None:
        """Refuse a row with an unknown column, a blank that has no meaning, or a covariate that nobody has."""
        for name in self.fields:
            if name not in COLUMNS:
                raise InputError(f"table: row {self.line}: unknown column {name!r}; {nearest(name, COLUMNS)}")
        for name in REQUIRED:
            if not self.holds(name):
                raise InputError(f"table: row {self.line}: column {name} is blank; give a number.")
        for name, (key, varies) in COVARIATES.items():
            if self.holds(name):
                value = self.number(name)
                given: dict[str, Any] = {key: constant(value) if varies else value}
                try:
                    replace(_ANYBODY, **given)
                except InputError as error:
                    raise InputError(
                        f"table: row {self.line}: column {name}: {str(error).removeprefix('exposure: ')}"
                    ) from None

    def _written(self, name: str) -> Any:
        """Return the value of the table, or that of everybody where it is blank."""
        written = self.fields.get(name)
        return self.given.get(name) if _blank(written) else written

    def holds(self, name: str) -> bool:
        return not _blank(self._written(name))

    def number(self, name: str, default: float | None = 0.0) -> float:
        written = self._written(name)
        if _blank(written):
            if default is None:
                raise InputError(
                    f"table: row {self.line}: {name} is missing; give it in its column"
                    + (" or in `covariates`." if name in COVARIATES else ".")
                )
            return default
        try:
            value = float(written)
        except (TypeError, ValueError):
            raise InputError(f"table: row {self.line}: {name} {written!r} is not a number.") from None
        if not math.isfinite(value):
            raise InputError(f"table: row {self.line}: {name} {written!r} is not finite.")
        return value

    def whole(self, name: str, low: int, high: int, default: float = 0.0) -> int:
        value = self.number(name, default)
        if value != value // 1 or not low <= value <= high:
            raise InputError(
                f"table: row {self.line}: {name} {value:g} must be a whole number, {low} to {high}."
            )
        return int(value)

    def coded(self, name: str, words: tuple[str, ...]) -> int:
        written = self._written(name)
        try:
            return code_of(name, None if _blank(written) else written, words)
        except InputError as error:
            raise InputError(f"table: row {self.line}: {error}") from None

    def doses(self) -> list[Dose]:
        if self.number("RATE"):
            raise InputError(f"table: row {self.line}: doses are given at once; leave RATE at 0.")
        extra, interval = self.whole("ADDL", 0, MAX_DOSES), self.number("II")
        steady = self.whole("SS", 0, 1)
        if (extra or steady) and not interval > 0:
            raise InputError(f"table: row {self.line}: ADDL and SS need an interval II above 0.")
        before = math.ceil(STEADY_YEARS * DAYS_PER_YEAR / interval) if steady else 0
        if before + extra > MAX_DOSES:
            raise InputError(
                f"table: row {self.line}: more than {MAX_DOSES} doses; lengthen the interval II."
            )
        route = COMPARTMENTS[self.coded("CMT", COMPARTMENTS) - 1]
        form = FORMS[self.coded("FORM", FORMS) - 1 if self.holds("FORM") else 0]
        start, amount, food = self.number("TIME", None), self.number("AMT"), bool(self.whole("FOOD", 0, 1))
        try:
            return [
                Dose(start + i * interval, amount, form, route, food)  # type: ignore[arg-type]
                for i in range(-before, extra + 1)
            ]
        except InputError as error:
            raise InputError(f"table: row {self.line}: {error}") from None


def _occasions(rows: Sequence[_Row]) -> tuple[Occasion, ...]:
    parts: list[list[_Row]] = [[]]
    for row in rows:
        if row.whole("EVID", 0, 4) in (3, 4) and parts[-1]:
            parts.append([])
        if parts[-1] and row.number("TIME", None) < parts[-1][-1].number("TIME", None):
            raise InputError(
                f"table: row {row.line}: TIME goes back; sort by time, or reset with EVID 3 or 4."
            )
        parts[-1].append(row)
    return tuple(_occasion(part) for part in parts)


def _occasion(rows: Sequence[_Row]) -> Occasion:
    doses: list[Dose] = []
    given: set[float] = set()  # times of the doses of the rows so far
    late: set[int] = set()  # rows behind a dose of their time
    for row in rows:
        if row.number("TIME", None) in given:
            late.add(row.line)
        if row.whole("EVID", 0, 4) in (1, 4):
            own = row.doses()
            doses += own
            given.update(dose.time for dose in own)
            if len(doses) > MAX_DOSES:
                raise InputError(
                    f"table: row {row.line}: more than {MAX_DOSES} doses of one person; shorten the table."
                )
    seen = [row for row in rows if row.whole("EVID", 0, 4) in (0, 2)]
    asked = [row.whole("EVID", 0, 4) == 2 or row.whole("MDV", 0, 1) == 1 for row in seen]
    value = [math.nan if only else row.number("DV", None) for row, only in zip(seen, asked, strict=True)]
    low = next((row for row, one in zip(seen, value, strict=True) if one <= 0), None)
    if low is not None:
        raise InputError(
            f"table: row {low.line}: DV must be above 0; set MDV to 1 where nothing was measured."
        )
    early = _before_doses(rows)
    between = next((row for row in seen if row.line in early & late), None)
    if between is not None:
        raise InputError(
            f"table: row {between.line}: stands between two doses of TIME {between.number('TIME', None):g}; give the "
            "later dose a later TIME."
        )
    exposure = Exposure(
        age=rows[0].number("AGE", None),
        food_intake=_over(rows, "INTAKE", None),
        meals_per_day=MEALS,
        intrinsic_factor=_over(rows, "IF", 1.0),
        filtration=_over(rows, "GFR", None) if any(row.holds("GFR") for row in rows) else None,
        doses=tuple(sorted(doses, key=lambda dose: dose.time)),
    )
    return Occasion(
        exposure,
        np.array([row.number("TIME", None) for row in seen], dtype=np.float64),
        np.array([row.whole("DVID", 1, len(MARKERS), 1) - 1 for row in seen], dtype=np.int64),
        np.array(value, dtype=np.float64),
        np.array([row.line in early for row in seen], dtype=np.bool_),
    )


def _before_doses(rows: Sequence[_Row]) -> set[int]:
    """Return the lines of the rows behind which a dose row of the same time stands."""
    found: set[int] = set()
    later: set[float] = set()  # times of the dose rows further down
    for row in reversed(rows):
        time = row.number("TIME", None)
        if time in later:
            found.add(row.line)
        if row.whole("EVID", 0, 4) in (1, 4):
            later.add(time)
    return found


def _over(rows: Sequence[_Row], name: str, default: float | None) -> Profile:
    """Return a covariate over time: it holds from its row to the next, the first before that too."""
    values = [row.number(name, default) for row in rows]
    changes = [
        (row.number("TIME", None), after)
        for row, before, after in zip(rows[1:], values, values[1:], strict=False)
        if after != before
    ]
    return steps(values[0], changes) if changes else constant(values[0])
