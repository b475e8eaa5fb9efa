"""Text from outside is printed without harm and without loss."""

from __future__ import annotations

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remyelin.base.printing import console, json_printable, printable, say
from remyelin.output.terminal.course import _table, tell

MARKUP = (
    "A [/] case",
    "B12 [note] low",
    "[bold",
    "x [/y]",
    "[link=http://evil]",
    ":smiley:",
    "[red]a[/red]",
    "\\[",
)


@pytest.mark.parametrize("text", MARKUP)
def test_markup_is_text(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    tell(console(), text)
    console().print(_table(text, (text,), [(text,)]))
    say(text)
    shown = capsys.readouterr().out
    assert shown.count(text) == 5, "a line, title, head and cell of a table, a plain line"


@given(st.text(max_size=60))
def test_nothing_a_terminal_obeys_gets_through(text: str) -> None:
    shown = printable(text)
    assert not any(
        (ord(letter) < 32 and letter not in "\n\t") or 0x7F <= ord(letter) < 0xA0 for letter in shown
    )
    assert not set(shown) & set("\u202e\u2066\u200f\u2028")
    shown.encode("utf-8")
    if text.isascii() and text.isprintable():
        assert shown == text


@given(st.dictionaries(st.text(max_size=20), st.text(max_size=40), max_size=5))
def test_escaped_json_means_the_same(data: dict[str, str]) -> None:
    text = json_printable(json.dumps(data, ensure_ascii=False))
    assert json.loads(text) == data
    stream = io.StringIO(text)
    assert printable(stream.getvalue()) == text
