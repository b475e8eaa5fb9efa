"""Doses and regimens: amount, route and day.

A regimen is written as a name (``"uk neurological"``) or as an order::

    hydroxocobalamin 1 mg im every 2 d for 14 d, then every 60 d
    cyanocobalamin 2 mg oral daily for 4 mo, then 1 mg daily
    methylcobalamin 500 ug iv once
    cyanocobalamin 0.5 mg oral daily with folic acid 0.8 mg and pyridoxine 20 mg for 24 mo

Phases are separated by ``, then``; a later phase keeps what it does not repeat (form, amount,
route, "with food", the other vitamins, which are per day). Only the last phase may go on without "for ...".
"""

from __future__ import annotations

import math
import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

import numpy as np

from remyelin.base.errors import InputError, Renamed, nearest
from remyelin.base.units import UG_PER_MG, UNIT_WORDS, parse
from remyelin.cobalamin.doses import FORMS, ROUTES, Dose, Form, Order, Route
from remyelin.cobalamin.exchange.events import is_table, table_order
from remyelin.cobalamin.settings import MAX_DOSES, ORDERS_KEPT
from remyelin.evidence import Ledger

#: Named regimens: the entry of the ledger that holds their schedule, their form and route. A name says whose regimen
#: it is, and its dose where one country has two.
REGIMENS: Final[Mapping[str, tuple[str, Form, Route]]] = {
    "uk neurological": ("regimen.uk_neurological", "hydroxocobalamin", "im"),
    "uk": ("regimen.uk", "hydroxocobalamin", "im"),
    "us label 100 ug": ("regimen.us", "cyanocobalamin", "im"),
    "us practice 1 mg": ("regimen.us_practice", "cyanocobalamin", "im"),
    "oral": ("regimen.oral", "cyanocobalamin", "oral"),
    "japan": ("regimen.japan", "methylcobalamin", "im"),
    "japan oral": ("regimen.japan_oral", "methylcobalamin", "oral"),
    "b12 b6 folate": ("regimen.b12_b6_folate", "cyanocobalamin", "oral"),
}
#: Names of earlier versions; they load with a sentence.
RENAMED: Final[Mapping[str, str]] = {"us": "us label 100 ug", "us practice": "us practice 1 mg"}

#: Intervals that an order may give as a word.
INTERVALS: Final = {
    "hourly": "1 h",
    "daily": "1 d",
    "weekly": "1 wk",
    "monthly": "1 mo",
    "yearly": "1 y",
}
_COUNTS: Final = (
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
)
#: Words of prescriptions and what the grammar says for them.
_SAID: Final = (
    *((rf"\b{word}\b(?! times)", str(number)) for number, word in enumerate(_COUNTS, 1)),
    (r"[()]", " "),
    (r"(?<=\b\d),(?=000 ?(?:ug|mcg|micrograms?)\b)", ""),  # a thousand; of milligrams it may be a decimal
    (r"\b(?:vitamin )?b ?-?12\b", ""),  # which form it is must be said beside it
    (r"\bmicrograms?\b", "ug"),
    (r"\bmilligrams?\b", "mg"),
    (r"\b(?:followed by|and then)\b", "then"),
    (r",? \b(?:thereafter|ongoing|indefinitely|lifelong|for life|continuing)$", ""),
    (r"\b(?:thereafter|afterwards|after that)\b", "then"),
    (r"\b(?:stat|single dose)\b", "once"),
    (r"(?<=[a-z]) ?(?:/|\bper\b|\ba\b) ?(?:d|day)\b", " daily"),
    (r"(?<=[a-z]) ?(?:/|\bper\b|\ba\b) ?(?:wk|week)\b", " weekly"),
    (r"(?<=[a-z]) ?(?:/|\bper\b|\ba\b) ?(?:mo|month)\b", " monthly"),
    (r"\b([2-9]) ?/ ?(day|week)\b", r"\1 times \2"),
    (r"\b1 ?/ ?(day|week|month)\b", r"every \1"),
    (r"\bonce (daily|weekly|monthly)\b", r"\1"),
    (r"\bqod\b", "every 2 d"),
    (r"\bq\.d\.(?=\s|$)", "daily"),
    (r"\bq ?(\d+) ?(?:w|wk|weeks?)\b", r"every \1 wk"),
    (r"\bq ?(\d+) ?(?:m|mo|months?)\b", r"every \1 mo"),
    (r"\bq ?(\d+) ?(h|d|days?)\b", r"every \1 \2"),
    (r"\bx ?(\d+) ?(d|days?|wk|weeks?|mo|months?)\b", r"for \1 \2"),
    (r"\bfor (\d+) (?:doses|injections|shots)\b", r"x\1"),
    (r"\b(?:tablets?|tabs?|capsules?)\b", "oral"),
    (r"\b(im|sc|iv) (?:injections?|inj)\b", r"\1"),
    (r"\bnasal spray\b|\binto the nose\b,?", "nasal"),
    (r"\b(?:intramuscular(?:ly)?|i\.m\.)(?:,(?=\s)|(?=\s|$))", "im"),
    (r"\b(?:subcutaneous(?:ly)?|s\.c\.)(?:,(?=\s)|(?=\s|$))", "sc"),
    (r"\bintravenous(?:ly)?(?:,(?=\s)|(?=\s|$))", "iv"),
    (r"\b(?:by mouth|orally|per os|po|p\.o\.)(?:,(?=\s)|(?=\s|$))", "oral"),
    (r"(?<!\d )\binjections?\b", ""),  # into what must be said beside it
    (r"(?<!times )\b([2-9]|1[0-2])[- ]?monthly\b", r"every \1 mo"),
    (r"(?<!times )\b([4-9]|1[0-2])[- ]?weekly\b", r"every \1 wk"),  # 2 weekly may be twice a week
    (r"(for \d+ ?[a-z]+|x ?\d+), (?=(?:daily|weekly|monthly|every)\b)", r"\1, then "),
    (r"\bmecobalamin\b", "methylcobalamin"),
    (r"\b(?:tds|tid)\b", "three times daily"),
    (r"\b(?:bd|bid)\b", "twice daily"),
    (r"\b(?:od|qd)\b", "daily"),
    (r"\b(?:on )?alternate days\b|\bevery (?:other|second) day\b", "every 2 d"),
    (r"\b(?:once (?:a|per|every|each) day|once daily)\b", "daily"),
    (r"\b(?:once (?:a|per|every|each) week|once weekly)\b", "weekly"),
    (r"\b(?:once (?:a|per|every|each) month|once monthly)\b", "monthly"),
)
#: The end of a phase that a British schedule leaves to its course.
UNTIL: Final = re.compile(r"\buntil (?:there is )?no further improvement\b", re.IGNORECASE)
_TIMES: Final = {"twice": 2, "two times": 2, "three times": 3, "four times": 4}
_SPANS: Final = {"day": 24.0, "daily": 24.0, "week": 168.0, "weekly": 168.0}  # hours
_OFTEN: Final = re.compile(
    rf"\b({'|'.join(_TIMES)}|[2-9] ?(?:times|x)) (?:(?:a|per|every|each) )?({'|'.join(_SPANS)})\b"
)
_NUMBER = r"([-+]?[\d.,]+(?:e[-+]?\d+)?)"
_EXAMPLE: Final = '"hydroxocobalamin 1 mg im every 2 d for 14 d, then every 60 d"'


@dataclass(frozen=True, slots=True)
class Phase:
    """One stretch of a regimen: equal doses at equal intervals (days); no interval = a single dose."""

    form: str = ""
    amount_ug: float | None = None
    route: str = ""
    with_food: bool = False
    interval: float | None = None
    duration: float | None = None
    folic_acid: float = 0.0
    pyridoxine: float = 0.0


def regimen(order: str, start: float, stop: float, ledger: Ledger) -> tuple[Dose, ...]:
    """Return the doses of cobalamin of a regimen; :func:`read_order` returns its other vitamins too.

    Parameters
    ----------
    order : str
        As for :func:`read_order`.
    start, stop : float
        First day, and the day from which on nothing is given.
    ledger : Ledger

    Examples
    --------
    >>> from remyelin import Ledger
    >>> from remyelin.cobalamin import regimen
    >>> doses = regimen('hydroxocobalamin 1 mg im every 2 d for 14 d, then every 60 d', 0, 100, Ledger.shipped())
    >>> len(doses), doses[0].amount_ug, doses[-1].time
    (9, 1000.0, 74.0)
    """
    return read_order(order, start, stop, ledger).doses


def read_order(order: str, start: float, stop: float, ledger: Ledger) -> Order:
    """Return the doses of a named regimen or a written order.

    A phase is ``[form] [amount ug|mg] [im|sc|iv|oral|nasal] [with food] [with folic acid N mg] [and pyridoxine N mg]``
    and ``every N h|d|wk|mo|y``, ``daily``, ``weekly``, ``monthly``, ``once``, ``twice daily``, ``3 times a week`` or
    ``alternate days``, then ``for N ...``, ``xN`` (doses) or ``until no further improvement``. Phases are separated
    by ``, then``; a later one keeps what it does not repeat. Only the last may go on without ``for``. Folic acid and
    pyridoxine are per day.

    Parameters
    ----------
    order : str
        A key of :data:`REGIMENS` (underscores and hyphens count as spaces), an order in this grammar,
        or the text of an event table (:mod:`remyelin.cobalamin.exchange.events`), whose TIME 0 is `start`.
    start, stop : float
        First day, and the day at which an open-ended phase ends (days, exclusive).
    ledger : Ledger
        Holds the schedules of the named regimens.

    Returns
    -------
    Order
        Empty when `stop` is not after `start`.

    Raises
    ------
    InputError
        One sentence with the order and what would be right.

    Examples
    --------
    >>> from remyelin import Ledger
    >>> from remyelin.cobalamin import read_order
    >>> order = read_order('cyanocobalamin 0.5 mg oral daily with folic acid 0.8 mg for 3 d', 0, 30, Ledger.shipped())
    >>> len(order.doses), order.vitamins
    (3, ((0, 0.8, 0.0), (3.0, 0.0, 0.0)))
    """
    if is_table(order):
        return table_order(order, start, stop)
    return _expand(tuple(_phases(order, ledger)), order, start, stop)


def name_of(order: str) -> str:
    """Return the present name of a named regimen; of anything else its words."""
    name = re.sub(r"[\s_-]+", " ", order.strip().lower())
    if name in RENAMED:
        warnings.warn(
            f"regimen {order!r} is now named {RENAMED[name]!r}, after its dose; write that name.",
            Renamed,
            stacklevel=2,
        )
    return RENAMED.get(name, name)


def _phases(order: str, ledger: Ledger) -> list[Phase]:
    name = name_of(order)
    if name in REGIMENS:
        return phases_of(name, ledger)
    if UNTIL.search(order):  # the number is read where it is needed only: what a result rests on is recorded
        order = UNTIL.sub(f"for {until_improved(ledger):g} d", order)
    return _written(order)


def until_improved(ledger: Ledger) -> float:
    """Return for how many days a phase ``until no further improvement`` is run, as in the UK schedule."""
    return float(ledger.table(REGIMENS["uk neurological"][0])["duration"][0])


def phases_of(name: str, ledger: Ledger) -> list[Phase]:
    """Return the phases of a named regimen, from its table in the ledger."""
    entry, form, route = REGIMENS[name]
    table = ledger.table(entry)
    none = (0.0,) * len(table["amount"])
    vitamins = (table.get("folic_acid", none), table.get("pyridoxine", none))
    rows = zip(table["amount"], table["interval"], table["duration"], *vitamins, strict=True)
    return [
        Phase(form, amount, route, False, interval, duration or None, folic_acid, pyridoxine)
        for amount, interval, duration, folic_acid, pyridoxine in rows
    ]


@lru_cache(maxsize=ORDERS_KEPT, typed=True)
def _expand(phases: tuple[Phase, ...], order: str, start: float, stop: float) -> Order:
    doses: list[Dose] = []
    vitamins: list[tuple[float, float, float]] = []
    begin = start
    for phase in phases:
        end = stop if phase.duration is None else min(begin + phase.duration, stop)
        assert phase.amount_ug is not None  # the readers below refuse an order without one
        if phase.interval is None:
            times = [begin] if begin < stop else []
        else:
            # A dose that would fall on the last moment of a phase belongs to the next one.
            count = max(0, math.ceil((end - begin) / phase.interval * (1 - np.finfo(float).eps * 2)))
            if len(doses) + count > MAX_DOSES:
                raise InputError(f"regimen {order!r}: more than {MAX_DOSES} doses; lengthen the interval.")
            times = [begin + i * phase.interval for i in range(count)]
        doses += [Dose(t, phase.amount_ug, phase.form, phase.route, phase.with_food) for t in times]  # type: ignore[arg-type]
        if begin < stop and phase.interval is not None:
            vitamins.append((begin, phase.folic_acid, phase.pyridoxine))
        begin = end if phase.interval is not None or phase.duration is not None else begin
    given = any(folic_acid or pyridoxine for _, folic_acid, pyridoxine in vitamins)
    return Order(tuple(doses), (*vitamins, (begin, 0.0, 0.0)) if given else ())


def _written(order: str) -> list[Phase]:
    text = re.sub(r"\s+", " ", order.strip().lower().replace("µ", "u").replace("μ", "u"))
    if not text:
        raise InputError(
            f"regimen: is empty; write an order, as {_EXAMPLE}, or a name: {', '.join(REGIMENS)}."
        )
    if not re.search(r"\d", text) and not any(form in text for form in FORMS):
        raise InputError(
            f"regimen {order!r}: is neither a known name nor an order; "
            f"{nearest(text, REGIMENS).rstrip('?')}, or write as {_EXAMPLE}."
        )
    for said, meant in _SAID:
        text = re.sub(said, meant, text)
    text = re.sub(r"\s+", " ", text).strip()
    text = _OFTEN.sub(lambda found: f"every {_SPANS[found[2]] / _times(found[1]):.10g} h", text)
    parts = re.split(r"\s*[,;]?\s*\bthen\b\s*", text)
    phases: list[Phase] = []
    for i, part in enumerate(parts):
        if not part:
            raise InputError(f"regimen {order!r}: 'then' is not followed by anything; write as {_EXAMPLE}.")
        inherited = replace(phases[-1], interval=None, duration=None) if phases else Phase()
        phase = _phase(part, inherited, order)
        if i + 1 < len(parts) and phase.duration is None and phase.interval is not None:
            raise InputError(
                f"regimen {order!r}: the phase {part!r} never ends, so nothing can follow it; "
                "say for how long, as 'for 14 d'."
            )
        phases.append(phase)
    return phases


def _times(word: str) -> int:
    """Return how often something is given, from a word or a number with "times"."""
    return _TIMES[word] if word in _TIMES else int(word[0])


def _phase(part: str, base: Phase, order: str) -> Phase:
    rest = part
    phase = base

    def fail(why: str) -> InputError:
        return InputError(f"regimen {order!r}: {why}; write as {_EXAMPLE}.")

    def take(pattern: str) -> re.Match[str] | None:
        nonlocal rest
        match = re.search(rf"(?:^|(?<=\s)){pattern}(?=\s|$)", rest)
        if match:
            rest = (rest[: match.start()] + " " + rest[match.end() :]).strip()
        return match

    def days(number: str, unit: str, what: str) -> float:
        value = parse(f"{number} {UNIT_WORDS.get(unit, unit)}", "duration", f"regimen {order!r}")
        if value <= 0:
            raise fail(f"{what} of {number} {unit} is impossible, it must be longer than nothing")
        return value

    if take("with food"):
        phase = replace(phase, with_food=True)
    if match := take(rf"for {_NUMBER} ?([a-z]+)"):
        phase = replace(phase, duration=days(match[1], match[2], "a duration"))
    if match := take(rf"every {_NUMBER} ?([a-z]+)"):
        phase = replace(phase, interval=days(match[1], match[2], "an interval"))
    elif match := take(r"every ([a-z]+)"):
        phase = replace(phase, interval=days("1", match[1], "an interval"))
    if match := take(rf"({'|'.join(INTERVALS)})"):
        if phase.interval is not None:
            raise fail(f"two intervals in {part!r}, give one")
        phase = replace(phase, interval=parse(INTERVALS[match[1]], "duration"))
    if match := take(rf"(?:x ?)?([1-9]\d*)(?: (?:doses|injections|shots|times))? over {_NUMBER} ?([a-z]+)"):
        if phase.interval is not None or phase.duration is not None:
            raise fail(f"two intervals or durations in {part!r}, give one")
        whole = days(match[2], match[3], "a duration")
        phase = replace(phase, interval=whole / int(match[1]), duration=whole)
    if match := take(r"x ?([1-9]\d*)(?: (?:doses|injections|shots|times))?"):
        if phase.interval is None or phase.duration is not None:
            raise fail(f"a number of doses needs an interval and no duration beside it in {part!r}")
        phase = replace(phase, duration=phase.interval * int(match[1]))
    vitamins: dict[str, float] = {}
    for name in ("folic acid", "pyridoxine"):
        if match := take(rf"(?:with|and) {name} {_NUMBER} ?(ug|mcg|mg)"):
            amount = parse(f"{match[1]} {UNIT_WORDS.get(match[2], match[2])}", "dose", f"regimen {order!r}")
            vitamins[name.replace(" ", "_")] = amount / UG_PER_MG
    phase = replace(phase, **vitamins)  # type: ignore[arg-type]
    once = take("once")
    if once and vitamins:
        raise fail(f"vitamins are taken every day, which contradicts 'once' in {part!r}")
    if once and (phase.interval is not None or phase.duration is not None):
        raise fail(f"'once' contradicts the interval or duration in {part!r}")
    if match := take(rf"{_NUMBER} ?(ug|mcg|mg|g|iu|units?)"):
        amount = parse(f"{match[1]} {UNIT_WORDS.get(match[2], match[2])}", "dose", f"regimen {order!r}")
        if amount <= 0:
            raise fail(f"a dose of {match[1]} {match[2]} is impossible, it must be above 0")
        phase = replace(phase, amount_ug=amount)
    words = rest.split()
    routes = [word for word in words if word in ROUTES]
    forms = [word for word in words if word in FORMS]
    if len(set(routes)) > 1:
        raise fail(f"two routes ({', '.join(routes)}) in {part!r}, give one")
    if len(set(forms)) > 1:
        raise fail(f"two forms ({', '.join(forms)}) in {part!r}, give one")
    unknown = [word for word in words if word not in ROUTES and word not in FORMS]
    if "until" in unknown:
        raise fail(f"{part!r} ends with an event; say for how long, as 'for 21 d'")
    if unknown:
        hint = nearest(unknown[0], [*FORMS, *ROUTES, "every", "for", "daily", "weekly", "monthly", "once"])
        raise fail(f"cannot read {' '.join(unknown)!r}; {hint.rstrip('?')}")
    phase = replace(phase, route=routes[0] if routes else phase.route, form=forms[0] if forms else phase.form)
    if not phase.form:
        raise fail(f"no form in {part!r}, give one of {', '.join(FORMS)}")
    if phase.amount_ug is None:
        raise fail(f"no amount in {part!r}, give one, as '1 mg'")
    if not phase.route:
        raise fail(f"no route in {part!r}, give one of {', '.join(ROUTES)}")
    if phase.interval is None and not once:
        raise fail(f"no interval in {part!r}, give one, as 'every 2 d', or 'once'")
    return phase
