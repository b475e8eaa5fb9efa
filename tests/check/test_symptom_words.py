"""Words for the nineteen symptoms: a case, a record and the check understand one another's."""

from __future__ import annotations

import pytest

from remyelin.check.words import look_up, vocabulary
from remyelin.evidence import Ledger
from remyelin.evidence.catalogue import Symptom, catalogue
from remyelin.person.record import terms
from remyelin.person.record.wording import read

CATALOGUE = catalogue(Ledger.shipped())
#: Terms for what the model has no finding of: a tongue, a fall of blood pressure, reflexes without saying which.
NO_FINDING = {
    "Glossitis",
    "Orthostatic hypotension",
    "Reduced tendon reflexes",
    "Hyperreflexia",
    "Decreased or absent ankle reflexes",
}


@pytest.mark.parametrize("word", terms.words("symptom"))
def test_the_check_knows_every_word_of_a_case(word: str) -> None:
    found = look_up("symptom", word)
    assert found is not None


def test_the_same_word_means_the_same_symptom() -> None:
    listed = {symptom.id for symptom in CATALOGUE}
    for word in terms.words("symptom"):
        meant, found = terms.finding("symptom", word), look_up("symptom", word)
        assert meant is not None
        assert found is not None
        if meant.name in listed and found.name in listed:
            assert found.name == meant.name, word


@pytest.mark.parametrize("symptom", CATALOGUE, ids=lambda symptom: symptom.id)
def test_a_case_knows_the_name_and_the_terms_of_every_symptom(symptom: Symptom) -> None:
    for word in (symptom.id, symptom.name, *(label for _, label in symptom.hpo)):
        if word in NO_FINDING or symptom.id == "reflexes":
            continue
        assert read("symptom", word) is not None, word
        assert look_up("symptom", word) is not None or read("symptom", word)[0] == "sign", word  # type: ignore[index]


def test_the_check_has_a_word_for_each_of_the_nineteen() -> None:
    names = {word.name for word in vocabulary() if word.kind == "symptom"}
    assert {symptom.id for symptom in CATALOGUE} <= names
