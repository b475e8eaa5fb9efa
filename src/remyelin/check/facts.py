"""Facts of a person that rules of the guidance ask for: plain words, derived once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from remyelin.base.units import per_unit
from remyelin.check.known import Known, Lab
from remyelin.check.words import KINDS, vocabulary
from remyelin.evidence import Ledger
from remyelin.evidence.limits import MARKERS, Interpretation, interpret

VERDICTS: Final = {
    "b12": ("low", "indeterminate", "normal"),
    "holotc": ("low", "indeterminate", "normal"),
    "mma": ("raised", "normal"),
    "homocysteine": ("raised", "normal"),
}
#: Every fact there can be, so that a rule that asks for another is found out.
POSSIBLE: Final = frozenset(
    {f"{word.kind}.{word.name}" for word in vocabulary()}
    | {group for word in vocabulary() for group in word.groups if group != "common"}
    | {f"{marker}.{verdict}" for marker, verdicts in VERDICTS.items() for verdict in verdicts}
    | {
        f"{marker}.{state}"
        for marker in (*MARKERS, "haemoglobin", "haematocrit", "mcv", "filtration")
        for state in ("given", "none")
    }
    | {f"vitamin.{state}" for state in ("low", "indeterminate", "normal", "none")}
    | {f"common_{kind}" for kind in ("symptom", "risk")}
    | {f"any_{kind}" for kind in KINDS}
    | {
        "metabolite.none",
        "vitamin.measured",
        "mma.unexplained",
        "b12.between",
        "b12.modest",
        "b12.high",
        "b12_test_disturbed",
        "mma.border",
        "mma.suggestive",
        "haemoglobin.severe",
        "haemoglobin.low",
        "mcv.large",
        "blood.normal",
        "filtration.reduced",
        "renal",
        "young",
        "infant",
        "may_be_treated",
        "unlikely_to_lack",
        "reason_to_suspect",
    }
)


def judge(found: Lab, ledger: Ledger) -> Interpretation | None:
    """Return the verdict of published limits on a value; None where a bare "<" or ">" leaves it open."""
    if found.marker not in MARKERS:
        return None
    said = interpret(found.marker, found.value, ledger)
    edge = {"<": ("low", "normal"), ">": ("normal", "raised")}
    if not found.bound:
        return said
    if found.marker in ("mma", "homocysteine"):
        closed = said.verdict == ("normal" if found.bound == "<" else "raised")
    else:
        closed = said.verdict == edge[found.bound][0]
        # "<133 pmol/L" is below the limit although 133 itself is not
        if found.bound == "<" and found.value <= said.limits[0]:
            return interpret(found.marker, 0.0, ledger)
    return said if closed else None


def facts(known: Known, ledger: Ledger) -> frozenset[str]:
    """Return the facts of a person."""
    return frozenset(_facts(known, ledger))


def _facts(known: Known, ledger: Ledger) -> Iterator[str]:
    words = {f"{word.kind}.{word.name}" for word in known.words}
    yield from words
    for word in known.words:
        yield f"any_{word.kind}"
        for group in word.groups:
            if group != "common":
                yield group
            else:  # drugs that lower B12 count among the risk factors
                yield "common_symptom" if word.kind == "symptom" else "common_risk"
    verdicts: dict[str, str] = {}
    for marker in (*MARKERS, "haemoglobin", "haematocrit", "mcv", "filtration"):
        found = known.labs.get(marker)
        yield f"{marker}.{'given' if found else 'none'}"
        said = judge(found, ledger) if found else None
        if said:
            verdicts[marker] = said.verdict
            yield f"{marker}.{said.verdict}"
    yield f"vitamin.{_vitamin(known, verdicts)}"
    if {"b12", "holotc"} & set(known.labs):
        yield "vitamin.measured"
    if not {"mma", "homocysteine"} & set(known.labs):
        yield "metabolite.none"
    numbers = set(_numbers(known, ledger))
    yield from numbers
    yield from _combined(known, words, verdicts, numbers, ledger)


def _combined(
    known: Known, words: set[str], verdicts: dict[str, str], numbers: set[str], ledger: Ledger
) -> Iterator[str]:
    """Facts that take several of the others together."""
    groups = {group for word in known.words for group in word.groups}
    renal = "renal" in numbers | groups
    if verdicts.get("mma") == "raised" and not renal:
        yield "mma.unexplained"
    risk = any(word.kind in ("risk", "drug") and "common" in word.groups for word in known.words)
    suspect = "neurological" in groups and (risk or (verdicts.get("mma") == "raised" and not renal))
    if suspect and _vitamin(known, verdicts) != "low" and "drug.b12" not in words:
        yield "reason_to_suspect"
    antibodies = {"risk.pernicious_anaemia", "risk.intrinsic_factor_antibodies"} & words
    if antibodies and verdicts.get("b12") in ("normal", "indeterminate") and "drug.b12" not in words:
        yield "b12_test_disturbed"
    counted = {"haemoglobin", "haematocrit", "mcv"} & set(known.labs)
    if counted and not {"haemoglobin.low", "mcv.large", "symptom.anaemia"} & (numbers | words):
        yield "blood.normal"
    treated = {"low", "indeterminate", "raised"} & set(verdicts.values())
    ill = any(word.kind == "symptom" and "common" in word.groups for word in known.words)
    if treated or ill or "drug.b12" in words:
        yield "may_be_treated"
    enough = _vitamin(known, verdicts) == "normal" and "raised" not in verdicts.values()
    # a deficiency found before, or B12 given before, can hide behind a later normal value
    earlier = [said.verdict for item in known.series if (said := judge(item.lab, ledger)) is not None]
    if known.treated or {"low", "raised"} & set(earlier):
        enough = False
    # nerves with the vitamin alone measured, laughing gas and antibodies leave it open; treatment hides it
    open_still = "neurological" in groups and "mma" not in verdicts
    if enough and not open_still and not antibodies and not {"risk.nitrous_oxide", "drug.b12"} & words:
        yield "unlikely_to_lack"


def _vitamin(known: Known, verdicts: dict[str, str]) -> str:
    """Both tests of the vitamin together: the worse of the two, ``none`` where neither was read."""
    both = [verdicts[marker] for marker in ("b12", "holotc") if marker in verdicts]
    return min(both, key=("low", "indeterminate", "normal").index) if both else "none"


def _numbers(known: Known, ledger: Ledger) -> Iterator[str]:
    def value(marker: str) -> float | None:
        found = known.labs.get(marker)
        return None if found is None or found.bound else found.value

    markers = ("b12", "mma", "haemoglobin", "mcv", "filtration")
    b12, mma, haemoglobin, mcv, filtration = map(value, markers)
    if b12 is not None and ledger.vector("limits.b12")[0] <= b12 < ledger["guidance.bsh_b12"]:
        yield "b12.between"
    modest = [per_unit("b12", "pg/mL") * bound for bound in ledger.vector("guidance.modest_b12")]
    if b12 is not None and modest[0] <= b12 <= modest[1]:
        yield "b12.modest"
    level = known.labs.get("b12")
    # a level given as above a number is at least that number
    if level is not None and level.bound != "<" and level.value > ledger["guidance.high_b12"]:
        yield "b12.high"
    if mma is not None:
        low, high = ledger.entry("limits.mma").range or (0.0, 0.0)
        if low < mma <= high:
            yield "mma.border"
        if mma > ledger["guidance.mma_suggestive"]:
            yield "mma.suggestive"
    if haemoglobin is not None and haemoglobin < ledger["blood.severe_anaemia"]:
        yield "haemoglobin.severe"
    men, women = ledger.vector("guidance.anaemia")
    # where the sex is not known, only what is low in everybody is called low
    if haemoglobin is not None and haemoglobin < (men if known.sex == "male" else women):
        yield "haemoglobin.low"
    if mcv is not None and mcv > ledger["guidance.large_cells"]:
        yield "mcv.large"
    if (
        filtration is not None
        and filtration < (ledger.entry("renal.reference_filtration").range or (0.0,))[0]
    ):
        yield "renal"
        yield "filtration.reduced"
    if known.age is not None and known.age <= ledger["plausible.age_over"]:
        yield "young"
    if known.age is not None and known.age < ledger["plausible.infant_under"]:
        yield "infant"
