"""Medicines of a record that are no source of B12."""

from __future__ import annotations

import re
from typing import Final

from remyelin.catalogue.causes import cause_of
from remyelin.person.record.fields import FOLATE

#: Parts of names of which a preparation may hold B12.
_MAYBE_B12: Final = re.compile(
    r"b ?-?12|cobal|vitamins?\b(?! ?(?:d|c|k|e|a|b1|b6|b2)\d?\b)|multi|complex|neuro", re.IGNORECASE
)
#: Stems of international non-proprietary names (World Health Organization), each a class of medicines without B12.
_STEMS: Final = re.compile(
    r"\w{2,}(?:statin|pril|sartan|olol|prazole|dipine|gliptin|gliflozin|glutide|formin|oxetine|triptyline|gabalin|"
    r"azepam|azolam|xaban|gatran|parin|setron|cillin|mycin|oxacin|conazole|asone|solone|profen|coxib|codone|zosin|"
    r"tidine|semide|thiazide|dronate|mab|tinib|dopa)s?\b",
    re.IGNORECASE,
)
_OTHERS: Final = re.compile(
    r"\b(?:aspirin|paracetamol|acetaminophen|ibuprofen|insulin|thyroxine|levothyroxine|warfarin|clopidogrel|digoxin|"
    r"gabapentin|sertraline|citalopram|tramadol|morphine|lithium|iron|ferrous \w+|ferric \w+|calcium|magnesium|"
    r"potassium|(?:cole|chole)calciferol|vitamin (?:d|c|k|e|a|b1|b6|b2)\d?|thiamine|pyridoxine|copper|zinc|"
    r"physiotherapy|physical therapy|occupational therapy|rehabilitation|rehab|(?:blood )?transfusions?)\b",
    re.IGNORECASE,
)


def without_b12(name: str) -> str:
    """Return why a row of a treatment leaves no B12 in a person: a sentence; empty where it may hold some.

    A medicine of an unknown name may be a brand of B12 and is none of these.

    Examples
    --------
    >>> without_b12("omeprazole 20 mg daily")
    'food-cobalamin malabsorption is a cause in the model; to have it counted write ,cause,food-cobalamin malabsorption'
    >>> without_b12("atorvastatin 20 mg")
    'the model holds no such treatment'
    >>> without_b12("multivitamin"), without_b12("Cytamen 1 mg")
    ('', '')
    """
    if _MAYBE_B12.search(name) or FOLATE.search(name):  # folic acid beside iron is still folic acid
        return ""
    cause = next(filter(None, map(cause_of, re.split(r"[\s,;]+", name))), None)
    if cause is not None:
        return f"{cause} is a cause in the model; to have it counted write ,cause,{cause}"
    return "the model holds no such treatment" if _STEMS.search(name) or _OTHERS.search(name) else ""
