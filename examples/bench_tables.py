"""Run ``remyelin bench fibre`` part by part, keep what it measured, and write the tables of the documents from that.

``python examples/bench_tables.py`` writes the tables of docs/benchmark.md and README.md from
docs/figures/bench_fibre.json;
``python examples/bench_tables.py --run thresholds train`` measures these parts anew before (``--run all``: every part).
A part is kept with the date, the load of the machine before and after it, and the versions.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import sys
import time
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from remyelin.bench import run_benchmark
from remyelin.bench.fibre import PARTS

ROOT = Path(__file__).parents[1]
KEPT = ROOT / "docs" / "figures" / "bench_fibre.json"
END = "<!-- end of bench -->"
BEGIN = "<!-- bench {}: written by python examples/bench_tables.py -->\n"
STIMULATION = ("thresholds", "train", "cycle", "block", "compound", "memory", "unmyelinated")
RIVALS = ("NEURON", "PyFibers")
HEAD = (
    "| what | rival | ours | rival's | ratio | our error, % | rival's error, % |\n"
    "| --- | --- | --- | --- | --- | --- | --- |\n"
)
#: Words that the text around the tables has.
SAID = (
    ", 51 nodes",
    " x 51 nodes",
    ", 201 compartments, 8 electrodes at 0.3 mm, each (error: against PyFibers)",
    " (error: largest difference)",
    " (errors: of the change at one interval)",
)
#: Rows of the README: part, and how `what` and `rival` begin.
CHOSEN = (
    ("batch", "1,000 fibres x 51 nodes, 2 ms, published", "NEURON DASPK, tolerance 1"),
    ("batch", "1,000 fibres x 51 nodes, 2 ms, published", "NEURON DASPK, tolerance 0.01"),
    ("batch", "1,000 fibres x 51 nodes, 2 ms, published", "NEURON backward Euler, 5 us"),
    ("batch", "1,000 fibres x 51 nodes, 2 ms, published", "PyFibers, 5 us"),
    ("batch", "1,000 fibres x 51 nodes, 2 ms, converged", "NEURON DASPK, tolerance 0.01"),
    ("different", "200 different lesioned fibres", "NEURON DASPK"),
    ("long", "one impulse through 300", "NEURON DASPK"),
    (
        "thresholds",
        "extracellular threshold, 100 electrodes at 1 mm, 51 nodes, published",
        "NEURON DASPK, tolerance 0.01",
    ),
    ("thresholds", "extracellular threshold, 100 electrodes at 1 mm, 51 nodes, published", "PyFibers"),
    (
        "thresholds",
        "extracellular threshold, 100 electrodes at 1 mm, 51 nodes, converged",
        "NEURON DASPK, tolerance 0.01",
    ),
    ("train", "train of 100 Hz", "NEURON DASPK, tolerance 0.01"),
    ("cycle", "recovery cycle", "NEURON backward Euler"),
    ("compound", "compound potential", "NEURON backward Euler"),
)


def seconds(value: float | None) -> str:
    """Return a time to three digits in the unit that fits."""
    if value is None:
        return "-"
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("us", 1e-6)):
        if value >= size:
            return f"{float(format(value / size, '.3g')):,.15g} {unit}"
    return f"{value * 1e9:.3g} ns"


def short(what: str) -> str:
    """Return the name of a row without the words of the text around the table."""
    for words in SAID:
        what = what.replace(words, "")
    return re.sub(r" \(error: height of 8 of them (at [\d.]+ of the length)\)", r", \1", what)


def line(row: dict, above: dict | None = None) -> str:
    """Return a row of a table; what it shares with the row above is left out."""
    ratio = "-" if row["ratio"] is None else f"{float(format(row['ratio'], '.3g')):,.15g}"
    errors = ("-" if e is None else f"{100 * e:+.2f}" for e in (row["ours_error"], row["rival_error"]))
    cells = [
        short(row["what"]),
        row["rival"] or "-",
        seconds(row["ours_s"]),
        seconds(row["rival_s"]),
        ratio,
        *errors,
    ]
    if above is not None and above["what"] == row["what"]:
        cells[0] = ""
        if above["ours_s"] == row["ours_s"]:
            cells[2] = ""
        if above["ours_error"] == row["ours_error"]:
            cells[5] = ""
    elif above is not None and above["rival"] == row["rival"]:
        cells[1] = ""
    return f"| {' | '.join(cells)} |\n"


def lines(rows: list[dict]) -> str:
    """Return the rows of a table."""
    return "".join(line(row, above) for row, above in zip(rows, [None, *rows], strict=False))


def left_out(row: dict) -> bool:
    """Return whether only the command prints a row: rivals at a step of 1 us, and block at other than our step."""
    block = row["what"].startswith("block threshold")
    return "2 us" not in row["what"] if block else "1 us" in (row["rival"] or "")


def measured(kept: dict, parts: tuple[str, ...]) -> str:
    """Return when and how parts were measured, and their rows beside a rival that ran."""
    dates = sorted({kept[part]["date"] for part in parts})
    loads = [load for part in parts for load in kept[part]["load"]]
    on = sorted({kept[part]["on"] for part in parts})
    said = f"Measured {' and '.join(dates)} on {'; '.join(on)}; load average {min(loads):.1f} to {max(loads):.1f}.\n\n"
    rows = [row for part in parts for row in kept[part]["rows"] if not left_out(row)]
    return (
        said
        + HEAD
        + lines([row for row in rows if (row["rival"] or "").startswith(RIVALS) and row["rival_s"]])
    )


def chosen(kept: dict) -> str:
    """Return the rows of the README."""
    found = []
    for part, what, rival in CHOSEN:
        found += [
            row
            for row in kept[part]["rows"]
            if row["what"].startswith(what) and (row["rival"] or "").startswith(rival)
        ][:1]
    return HEAD + lines(found)


def written(text: str, name: str, table: str) -> str:
    """Return a document with a table between its marks."""
    before, rest = text.split(BEGIN.format(name))
    return before + BEGIN.format(name) + table + "\n" + END + rest.split(END, 1)[1]


def documents() -> dict[Path, str]:
    """Return the documents as the measurements say."""
    kept = json.loads(KEPT.read_text(encoding="utf-8"))
    benchmark, readme = ROOT / "docs" / "benchmark.md", ROOT / "README.md"
    text = benchmark.read_text(encoding="utf-8")
    text = written(
        text, "conduction", measured(kept, tuple(part for part in PARTS if part not in STIMULATION))
    )
    text = written(text, "stimulation", measured(kept, STIMULATION))
    return {
        benchmark: text,
        readme: written(readme.read_text(encoding="utf-8"), "of the fibre", chosen(kept)),
    }


def run(parts: list[str]) -> None:
    """Measure parts and keep them, with the seconds that each took by the clock."""
    for part in PARTS if "all" in parts else parts:
        before, began = os.getloadavg()[0], time.monotonic()
        rows = run_benchmark("fibre", lambda step: print(step, file=sys.stderr, flush=True), [part])
        with_them = []
        for name in ("neuron", "pyfibers"):
            try:
                with_them.append(f"{name} {version(name)}")
            except PackageNotFoundError:
                continue
        kept = json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else {}
        kept[part] = {
            "date": datetime.now(UTC).date().isoformat(),
            "load": [round(before, 1), round(os.getloadavg()[0], 1)],
            "seconds": round(time.monotonic() - began),
            "on": f"{os.cpu_count()} cores, Python {platform.python_version()}, {', '.join(with_them)}",
            "rows": rows,
        }
        KEPT.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    """Measure what is asked for and write the tables."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--run", nargs="+", default=[], metavar="PART", choices=["all", *PARTS])
    run(parser.parse_args().run)
    for path, text in documents().items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
