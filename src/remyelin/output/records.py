"""Types of the summary of a course, as JSON: the one description of ``summary.json`` and of its JSON Schema.

A key that is not required is left out where it does not apply. None is written where a number does not exist, such as
the latency of an absent response.
"""

from __future__ import annotations

from typing import Literal, NotRequired

from typing_extensions import TypedDict


class Chance(TypedDict):
    """Probability of a symptom without a mechanism, in %, with its interval."""

    low: float
    median: float
    high: float


class AnswerItem(TypedDict):
    """One line of the answer: the state at a date, or the time to the first improvement."""

    key: Literal["now", "first", "year", "end"]
    title: str
    value: str
    words: str


class StartRow(TypedDict):
    """Start of treatment with the disability at the end; the numbers only where it is told apart."""

    name: str
    label: str
    months: float | None
    told_apart: bool
    value: str
    words: str
    cost: str
    low: NotRequired[float]
    median: NotRequired[float]
    high: NotRequired[float]


class Published(TypedDict):
    """Published recovery of other patients, as sentences."""

    title: str
    lines: list[str]
    note: str


class Told(TypedDict):
    """Answer of a course in words."""

    refused: str | None
    headline: str
    items: list[AnswerItem]
    starts: list[StartRow]
    waiting: str
    closing: str
    published: Published
    note: str
    most: int


class Forecast(TypedDict):
    """Reason of a refused forecast, or None, and the headline with every range."""

    refused: str | None
    headline: str


class CaseHead(TypedDict):
    """Case as its file describes it."""

    name: str
    title: str
    kind: str
    coexisting: list[str]
    summary: str
    outcome: str
    citation: str
    key: str


class PersonRow(TypedDict):
    """Fact of the person, and whether it was stated, placed or a prior."""

    name: str
    shown: str
    basis: str
    value: NotRequired[float | None]
    unit: NotRequired[str]
    entry: NotRequired[str]


class DateRow(TypedDict):
    """Date of the studies, in days from presentation."""

    day: float
    label: str


class Conventional(TypedDict):
    """Biomarker in the conventional unit: without and with the noise of a sample."""

    unit: str
    values: list[float | None]
    sample: list[float | None]


class BiomarkerRow(TypedDict):
    """Biomarker at every date; the markers of B12 status also as a laboratory would report them."""

    name: str
    label: str
    values: list[float | None]
    unit: str
    sample: NotRequired[list[float | None]]
    sample_below_limit: NotRequired[list[bool]]
    conventional: NotRequired[Conventional]


class ReadingRow(TypedDict):
    """Verdicts of published limits on a biomarker, one a date, with their sources."""

    name: str
    label: str
    limits: str
    verdicts: list[str]
    cites: list[str]
    source: str


class StudyCell(TypedDict):
    """Value of a study at a date, its deviation and its flag; an empty flag is normal."""

    value: float | None
    z: float | None
    flag: str


class StudyRow(TypedDict):
    """Assessed quantity of a nerve study at every date."""

    study: str
    site: str
    label: str
    quantity: str
    unit: str
    normal: str
    limit: float | None
    healthy: float | None
    values: list[StudyCell]


class NerveCell(TypedDict):
    """Measured quantity at a site with its limit and deviation."""

    value: float | None
    unit: str
    limit: float | None
    z: float | None
    flag: str


class NerveRow(TypedDict):
    """One site of a study; ``markers`` are the times of the marks on the trace (ms)."""

    study: str
    site: str
    absent: bool
    abnormal: bool
    markers: list[float] | None
    cells: dict[str, NerveCell]


class NerveTable(TypedDict):
    """Studies of one modality."""

    modality: str
    title: str
    rows: list[NerveRow]


class Criterion(TypedDict):
    """Criterion of a pattern that is met."""

    criterion: str
    study: str
    sentence: str


class Finding(TypedDict):
    """Pattern of the conduction studies with the criteria it meets."""

    pattern: str
    certainty: str
    rule: str
    met: list[Criterion]
    evoked: list[str]


class NerveDate(Finding):
    """Nerve studies of one date; of health the day is None."""

    day: float | None
    label: str
    tables: list[NerveTable]


class NerveReport(TypedDict):
    """Nerve studies as a laboratory reports them: temperature in degC, height in cm."""

    temperature: float
    height: float
    polarity: str
    caveat: str
    dates: list[NerveDate]


class OfSymptom(TypedDict):
    """Probabilities of a symptom at the dates; empty for those with a mechanism."""

    chance: list[Chance]
    shown: list[str]
    background: str


class SymptomRow(OfSymptom):
    """One of the nineteen symptoms: severity (0 to 1) of those with a mechanism, or a probability."""

    name: str
    label: str
    tier: Literal["mechanism", "association", "no evidence"]
    values: list[float]
    picture: str
    mechanism: str
    pathways: list[str]
    kind: str
    clock: str
    unknown: str
    causes: str
    frequency: str
    sources: list[str]
    hpo: list[list[str]]
    correction: str


class BesideRow(OfSymptom):
    """Item beside the nineteen: tiredness, nystagmus, disturbed sphincters."""

    name: str
    label: str
    note: str


class MentalRow(TypedDict):
    """Mental item of the scale at a date: points, interval, and the probability (%) of at least so many."""

    points: int
    low: int
    high: int
    at_least: list[float]


class SignRow(TypedDict):
    """Sign or score at every date, as numbers and as shown."""

    name: str
    label: str
    values: list[float]
    shown: list[str]


class Cognition(TypedDict):
    """Cognition as a whole, in standard deviations."""

    label: str
    values: list[float | None]
    note: str


class ReportedRow(TypedDict):
    """Reported finding of the case beside the model."""

    what: str
    reported: str
    model: str
    note: str


class Doubt(TypedDict):
    """Sentence on a state that a clinician would doubt."""

    day: float
    label: str
    sentence: str


class PlanRow(TypedDict):
    """Plan with disability (points), the time to improvement and surviving axons (share)."""

    name: str
    label: str
    shift_months: int | None
    disability_at_presentation: float | None
    disability_at_horizon: float | None
    low: float | None
    median: float | None
    high: float | None
    shown: bool
    told_apart: bool | None
    first_improvement: str
    conducted_at_horizon: float | None
    axons_at_horizon: float | None
    motor_axons_at_horizon: float | None


class RemainsRow(TypedDict):
    """Damage of a pathway at the end: axons lost, impulses blocked (shares), delay (ms)."""

    pathway: str
    axons_lost: float | None
    blocked: float | None
    delay_ms: float | None


class Recovery(TypedDict):
    """Recovery under every plan, and the reason where no forecast is made."""

    refused: str | None
    horizon: str
    sentence: str
    keys: list[str]
    waiting: str
    most_points: int
    members: int
    over: str
    plans: list[PlanRow]
    remains: list[RemainsRow]


class RestsOn(TypedDict):
    """Ledger entries that a run used, by kind and by layer."""

    entries: int
    kinds: dict[str, int]
    layers: list[dict[str, str | int]]
    sentence: str


class AssumedRow(TypedDict):
    """Assumed number of the run, as shown."""

    name: str
    value: str
    range: str
    unit: str
    note: str


class Summary(TypedDict):
    """Summary of a course: the data of terminal, report and ``summary.json``."""

    schema: Literal["remyelin-summary/2"]
    version: str
    disclaimer: str
    seed: int
    exact: bool
    overrides: dict[str, str]
    case: CaseHead
    person: list[PersonRow]
    not_stated: list[str]
    treatment: list[str]
    dates: list[DateRow]
    biomarkers: list[BiomarkerRow]
    readings: list[ReadingRow]
    potassium: str | None
    studies: list[StudyRow]
    nerve_report: NerveReport
    symptoms: list[SymptomRow]
    signs: list[SignRow]
    cognition: Cognition
    beside: list[BesideRow]
    mental: list[MentalRow]
    presence: float
    alike: str
    reported: list[ReportedRow]
    reported_note: str
    answer: Told
    forecast: Forecast
    doubts: list[Doubt]
    recovery: Recovery
    rests_on: RestsOn
    assumed: list[AssumedRow]
    citations: list[str]
    footnotes: dict[str, int]
