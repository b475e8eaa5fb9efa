"""The words that explain themselves: none is empty, and what the course shows is among them."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

TEXT = files("remyelin.web").joinpath("static/js/glossary.js").read_text(encoding="utf-8")
WORDS = dict(re.findall(r'^  "?([\w ]+)"?: \["[^"]+", "((?:[^"\\]|\\.)+)"\],$', TEXT, re.M))


def test_every_entry_is_a_sentence() -> None:
    assert len(WORDS) == len(re.findall(r"^  .+: \[", TEXT, re.M))
    for word, text in WORDS.items():
        assert text.endswith("."), word
        assert len(text) < 400, word


@pytest.mark.parametrize(
    "word", ["disability", "holoTC", "MMA", "sural", "gracile", "SNAP", "CMAP", "N22", "P40"]
)
def test_a_word_of_the_trade_is_explained(word: str) -> None:
    assert len(WORDS[word]) > 40
