"""The answer of the check as text for a terminal: headings, lines, numbered sources."""

from __future__ import annotations

import textwrap

from remyelin.check import SECTIONS, Answer
from remyelin.check.answer import MARKS, NOTICE, citation

WIDTH = 100
_SIGNS = {"read": "", "read-2nd": ", second hand", "recall": ", from memory", "own": "", "model": ", model"}


def describe(answer: Answer) -> str:
    """Return the answer as text; each line ends with the numbers of its sources and how they were seen."""
    numbers = {
        key: index
        for index, key in enumerate(dict.fromkeys(k for line in answer.lines for k in line.source), 1)
    }
    parts = [_wrap(NOTICE), "", _wrap(f"Entered ({answer.about}): {'; '.join(answer.entered) or 'nothing'}.")]
    for section, heading in SECTIONS.items():
        lines = [line for line in answer.lines if line.section == section]
        if not lines:
            continue
        parts += ["", heading.upper()]
        for line in lines:
            marks = ",".join(str(numbers[key]) for key in line.source)
            parts.append(_wrap(f"{line.text} [{marks}{_SIGNS[line.mark]}]", "- ", "  "))
            if line.clinical:
                parts.append(_wrap(f"Clinicians: {line.clinical}", "    ", "    "))
    parts += ["", "SOURCES"]
    parts += [_wrap(f"{number}. {citation(key)}.", "  ", "     ") for key, number in numbers.items()]
    used = dict.fromkeys(line.mark for line in answer.lines if _SIGNS[line.mark])
    parts += [
        _wrap(f"{_SIGNS[mark].strip(', ')}: {MARKS[mark].removeprefix('second hand: ')}.", "  ", "     ")
        for mark in used
    ]
    return "\n".join(parts)


def _wrap(text: str, first: str = "", rest: str = "") -> str:
    return textwrap.fill(
        text,
        WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
