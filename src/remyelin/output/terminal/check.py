"""The answer of the check as text for a terminal: headings, lines, numbered sources."""

from __future__ import annotations

from remyelin.check import SECTIONS, Answer
from remyelin.check.answer import MARKS, NOTICE, citation
from remyelin.output.formatting import wrapped

_SIGNS = {"read": "", "read-2nd": ", second hand", "recall": ", from memory", "own": "", "model": ", model"}


def describe(answer: Answer) -> str:
    """Return the answer as text; each line ends with the numbers of its sources and how they were seen."""
    numbers = {
        key: index
        for index, key in enumerate(dict.fromkeys(k for line in answer.lines for k in line.source), 1)
    }
    parts = [
        wrapped(NOTICE),
        "",
        wrapped(f"Entered ({answer.about}): {'; '.join(answer.entered) or 'nothing'}."),
    ]
    for section, heading in SECTIONS.items():
        lines = [line for line in answer.lines if line.section == section]
        if not lines:
            continue
        parts += ["", heading.upper()]
        for line in lines:
            marks = ",".join(str(numbers[key]) for key in line.source)
            parts.append(wrapped(f"{line.text} [{marks}{_SIGNS[line.mark]}]", "- ", "  "))
            if line.clinical:
                parts.append(wrapped(f"Clinicians: {line.clinical}", "    ", "    "))
    parts += ["", "SOURCES"]
    parts += [wrapped(f"{number}. {citation(key)}.", "  ", "     ") for key, number in numbers.items()]
    used = dict.fromkeys(line.mark for line in answer.lines if _SIGNS[line.mark])
    parts += [
        wrapped(f"{_SIGNS[mark].strip(', ')}: {MARKS[mark].split(': ', 1)[-1]}.", "  ", "     ")
        for mark in used
    ]
    return "\n".join(parts)
