"""Classification of a table of studies as a whole, by named criteria.

Demyelinating: the electrodiagnostic criteria of EFNS/PNS, nerve by nerve. Axonal: low or absent amplitudes
without them. The words are those of a report: in this model block beyond the distal electrode lowers an
amplitude as the loss of axons does, and a report cannot tell them apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from remyelin.base.plain import percent
from remyelin.catalogue.studies import TIBIAL_MOTOR
from remyelin.evidence import Ledger
from remyelin.nerve.studies.findings import Classification, Met, Row, Studies
from remyelin.nerve.studies.norms import Assessment

DEFINITE: Final = ("I-A", "I-B", "I-C", "I-D", "I-E", "I-F", "I-G")
_ALONE: Final = ("I-A", "I-B", "I-C", "I-F")
"""Criteria that suffice when enough nerves meet one of them; the others ask for another sign elsewhere."""


def classify(studies: Studies, ledger: Ledger) -> Classification:
    """Classify the studies of one date.

    EFNS/PNS, of PMC8108415, table 2. Definite: I-A, I-B, I-C, I-E or I-F in two nerves; I-D in two nerves, I-E or I-G
    in one, with another sign in another nerve. Probable: II in two nerves or with another sign. Possible: less. The
    number of nerves is recalled.

    Parameters
    ----------
    studies : Studies
        A battery, whole or in part: only the nerves it holds are judged.
    ledger : Ledger
        Group ``efns`` and ``report.axonal_nerves``.

    Returns
    -------
    Classification

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
    nerves: dict[str, list[Row]] = {}
    for row in studies.rows:
        if row.modality != "evoked" and row.assessed:
            nerves.setdefault(row.study, []).append(row)
    met = tuple(
        found
        for name, rows in nerves.items()
        if rows[0].modality == "motor"
        for found in demyelinating(name, rows, ledger)
    )
    low = _with(nerves, lambda row, item: item.quantity == "amplitude" and item.flag != "normal")
    slow = _with(nerves, lambda row, item: item.quantity != "amplitude" and item.flag in ("low", "high"))
    evoked = tuple(
        dict.fromkeys(row.study for row in studies.rows if row.modality == "evoked" and row.abnormal)
    )
    certainty = _certainty(met, ledger)
    pattern, rule = "not studied", "no conduction study was made"
    if nerves:
        pattern, rule = _pattern(certainty, met, low, slow, int(ledger["report.axonal_nerves"]))
    return Classification(pattern, certainty, rule, met, low, slow, evoked)


def demyelinating(name: str, rows: list[Row], ledger: Ledger) -> list[Met]:
    """Return the EFNS/PNS criteria that one motor nerve meets; `rows` are its distal and proximal site."""
    distal, *proximal = rows
    norms = {item.quantity: item for row in rows for item in row.assessed}
    least = _share(distal.amplitude, norms.get("amplitude"))
    found: list[Met] = []

    def add(criterion: str, sentence: str) -> None:
        found.append(Met(criterion, name, sentence))

    latency = _share(distal.latency, norms.get("latency"))
    if latency >= ledger["efns.latency"]:
        add("I-A", f"distal latency {distal.latency:.1f} ms, {percent(latency)} of the upper limit")
    for row in proximal:
        slow = _share(row.velocity, norms.get("velocity"))
        if row.velocity is not None and 0 < slow <= ledger["efns.velocity"]:
            add("I-B", f"velocity {row.velocity:.0f} m/s, {percent(slow)} of the lower limit")
    late = _share(distal.f_latency, norms.get("f_latency"))
    bound = "efns.f_latency" if least >= ledger["efns.low_amplitude"] else "efns.f_latency_of_low"
    if late >= ledger[bound]:
        add("I-C", f"F wave after {distal.f_latency:.1f} ms, {percent(late)} of the upper limit")
    enough = least >= ledger["efns.least_amplitude"]
    if enough and distal.f_persistence is not None and distal.f_latency is None:
        add("I-D", "no F wave though the muscle responds")
    for row in proximal:
        if enough and distal.amplitude is not None:
            lost = 1 - (row.amplitude or 0.0) / distal.amplitude
            if lost >= ledger["efns.block"]:
                add("I-E", f"amplitude {percent(lost)} lower from the {row.site} than from the {distal.site}")
            elif lost >= ledger["efns.probable_block"] and name != TIBIAL_MOTOR:
                add("II", f"amplitude {percent(lost)} lower from the {row.site} than from the {distal.site}")
        if row.duration is not None and distal.duration is not None:
            wider = row.duration / distal.duration
            if wider > ledger["efns.dispersion"]:
                add(
                    "I-F",
                    f"duration {percent(wider - 1)} longer from the {row.site} than from the {distal.site}",
                )
    longest = f"efns.duration.{name}"
    if distal.duration is not None and longest in ledger and distal.duration >= ledger[longest]:
        add("I-G", f"distal duration {distal.duration:.1f} ms, {ledger[longest]:g} ms or more")
    return found


def _share(value: float | None, norm: Assessment | None) -> float:
    """Return a value over its limit; 0 where there is no response or no norm."""
    return value / norm.limit if value is not None and norm is not None and norm.limit > 0 else 0.0


def _with(nerves: Mapping[str, list[Row]], wanted: Callable[[Row, Assessment], bool]) -> tuple[str, ...]:
    return tuple(
        name
        for name, rows in nerves.items()
        if any(wanted(row, item) for row in rows for item in row.assessed)
    )


def _certainty(met: Iterable[Met], ledger: Ledger) -> str:
    """Return how sure the criteria are: enough nerves with one of them, block elsewhere, or less."""
    by: dict[str, set[str]] = {}
    for item in met:
        by.setdefault(item.criterion, set()).add(item.study)
    if not by:
        return ""
    enough = ledger["efns.nerves"]
    if any(len(by.get(name, ())) >= enough for name in (*_ALONE, "I-E")):
        return "definite"

    def elsewhere(name: str) -> bool:
        """Whether a nerve other than one that meets `name` has a sign of its own."""
        others = [study for key in DEFINITE if key != name for study in by.get(key, ())]
        return any(set(others) - {study} for study in by.get(name, ()))

    if len(by.get("I-D", ())) >= enough and elsewhere("I-D"):
        return "definite"
    if elsewhere("I-E") or elsewhere("I-G"):
        return "definite"
    if len(by.get("II", ())) >= enough or elsewhere("II"):
        return "probable"
    return "possible" if any(name in by for name in DEFINITE) else ""


def _pattern(
    certainty: str, met: tuple[Met, ...], low: tuple[str, ...], slow: tuple[str, ...], nerves: int
) -> tuple[str, str]:
    """Return the pattern and the rule that gave it."""
    axonal = len(low) >= nerves
    if certainty in ("definite", "probable"):
        counts = {
            name: len({m.study for m in met if m.criterion == name})
            for name in sorted({m.criterion for m in met})
        }
        listed = [f"{name} in {n} motor nerve{'s' if n > 1 else ''}" for name, n in counts.items()]
        said = f"EFNS/PNS {certainty}: criterion {', '.join(listed)}"
        if axonal:
            return "mixed", f"{said}; amplitude low or absent in {len(low)} nerves"
        return "demyelinating", said
    if axonal:
        return "axonal", (
            f"amplitude low or absent in {len(low)} nerves ({nerves} or more), no EFNS/PNS criterion definite or "
            "probable"
        )
    affected = set(low) | set(slow) | {item.study for item in met}
    said = f"EFNS/PNS {certainty}, " if certainty else ""
    if len(affected) >= nerves:
        return (
            "slowing without a pattern",
            f"{said}{len(affected)} nerves beyond a limit or criterion, amplitude low in {len(low)}",
        )
    if affected:
        return (
            "one nerve only",
            f"{said}{len(affected)} nerve beyond a limit or criterion, where a neuropathy asks for {nerves}",
        )
    return "normal", "no conduction study is beyond its limit"
