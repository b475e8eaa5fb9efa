"""Pages of experiments: question, conditions, findings, figures and tables, self-contained."""

from __future__ import annotations

import json

from remyelin.analysis.experiments.registry import Experiment, Result
from remyelin.evidence import load_references
from remyelin.output.formatting import number
from remyelin.output.pages.plots import plot
from remyelin.output.pages.templates import page
from remyelin.person.course import DISCLAIMER


def files_of(experiment: Experiment, result: Result) -> dict[str, str]:
    """Return ``NAME.html`` and ``NAME.json``."""
    data = json.dumps(result.as_dict(), indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    return {
        f"{experiment.name}.html": render_experiment(experiment, result),
        f"{experiment.name}.json": data,
    }


def render_experiment(experiment: Experiment, result: Result) -> str:
    """Return the page of an experiment as HTML."""
    references = load_references()
    figures = [{"title": f.title, "caption": f.caption, "plot": plot(f)} for f in result.figures]
    return page(
        "experiment",
        experiment=experiment,
        result=result,
        figures=figures,
        cell=cell,
        disclaimer=DISCLAIMER,
        sources=[references[key].printed for key in result.sources],
    )


def cell(value: str | float | None) -> str:
    """Write one cell of a table."""
    if value is None:
        return ""
    return value if isinstance(value, str) else number(value, 4)


def describe(experiment: Experiment, result: Result) -> str:
    """Return the result as text for a terminal."""
    lines = [
        f"{experiment.name}: {experiment.title}",
        result.question,
        f"Conditions: {result.conditions}",
        "",
    ]
    for table in result.tables:
        rows = [table.columns, *([cell(value) for value in row] for row in table.rows)]
        widths = [max(len(row[column]) for row in rows) for column in range(len(table.columns))]
        lines.append(table.title)
        lines += [
            "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)) for row in rows
        ]
        lines.append("")
    return "\n".join([*lines, *(f"- {finding}" for finding in result.findings), ""])
