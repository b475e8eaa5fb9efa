"""Make what rests on the ledger again, in order, several programs at a time.

``python examples/remake.py --list`` prints every step with its minutes of one core and what it rests on;
``python examples/remake.py --from central`` makes all again that rests on the posterior;
``python examples/remake.py --only series predictions`` makes these alone.

Each program has one thread; what it printed stands in ``.remyelin-made/NAME.log``. At the first failure no further step
begins, and the command that goes on is printed.
"""

from __future__ import annotations

import argparse
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from remyelin.analysis.cohort import shipped_populations
from remyelin.analysis.trial import shipped_trials

ROOT: Final = Path(__file__).parents[1]
WORK: Final = ROOT / ".remyelin-made"  # courses, trials and logs, kept between runs
ONE_THREAD: Final = dict.fromkeys(("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
PAUSE: Final = 0.2  # seconds between looks at the programs
TAIL: Final = 15  # lines shown of a program that failed


@dataclass(frozen=True, slots=True)
class Step:
    """One program: how it is called, how long it takes, what must be made before, what it writes."""

    name: str
    command: str
    minutes: float = 0.0  # of one core, roughly
    needs: tuple[str, ...] = ()
    makes: tuple[str, ...] = ()  # files and folders below the repository

    def arguments(self) -> list[str]:
        """Return the command as a list, with the interpreter that runs this."""
        program, *rest = shlex.split(self.command)
        python = [sys.executable] if program == "python" else [sys.executable, "-m", "remyelin"]
        return [*python, *rest]


#: Name, minutes, command, steps before, what is written. A row with ``*`` stands for one step a cohort or trial.
TABLE: Final = """
tables           | 1   | remyelin rebuild tables            |                         | CONDUCTION/tables.json
repair           | 1   | remyelin rebuild repair            |                         | src/remyelin/myelin/repair.csv
cobalamin        | 30  | remyelin rebuild cobalamin         |                         | DATA/cobalamin_fit.json
people           | 31  | remyelin rebuild people            | tables repair cobalamin | LEDGER/posterior.csv
rivals           | 6   | remyelin rebuild rivals            | tables repair cobalamin | DATA/people_rivals.json
central          | 0.1 | remyelin rebuild central           | people                  | LEDGER
association      | 1   | remyelin rebuild association       | central                 | LEDGER/clinic.toml
sensitivity      | 4   | remyelin rebuild sensitivity       | association             | DATA/sensitivity.csv
predictions      | 4   | remyelin rebuild predictions       | association             | DATA/people_predictions.json
fit-calibration  | 9   | remyelin rebuild fit-calibration   | association             | DATA/fit_calibration.json
fit-patients     | 7   | remyelin rebuild fit-patients      | association             | DATA/fit_patients.json
cohort-*         | 1   | remyelin cohort * --draws 0 --workers 1 --out .remyelin-made/cohort/* | association |
trial-*          | 2   | remyelin trial * --workers 1 --out .remyelin-made/trial/*             | association |
cases            | 5   | python examples/cases_page.py docs/cases.md       | association        | docs/cases.md
symptoms         | 0.7 | python examples/symptoms_table.py                 | association        | docs/symptoms.md
symptom-pages    | 0.1 | remyelin symptoms --pages docs/symptoms           |                    | docs/symptoms
myelin           | 1   | python examples/myelin_tables.py                  | sensitivity        | docs/myelin.md
people-page      | 1   | python examples/people_page.py docs/people.md     | predictions rivals | docs/people.md
series           | 0.1 | python examples/series.py .remyelin-made/cohort      | cohort-*        | docs/cohort.md
trials           | 0.1 | python examples/trials_table.py .remyelin-made/trial | trial-*         | docs/trial.md
fit-proof        | 0.1 | python examples/fit_proof_tables.py | fit-calibration fit-patients     | docs/fit-proof.md
nerve            | 0.5 | python examples/nerve_tables.py     | tables association               | docs/nerve.md
cobalamin-tables | 0.1 | python examples/cobalamin_tables.py | cobalamin                        | docs/cobalamin.md
picture-readme   | 0.3 | python examples/readme_picture.py SCENARIO        | association        | SCENARIO
picture-page     | 0.2 | python examples/page_picture.py docs/images/page.png | sensitivity     | docs/images/page.png
figure-people    | 3   | python FIGURES/people.py             | association           | FIGURES/people.png
figure-rows      | 0.3 | python FIGURES/cobalamin.py          | cobalamin association | FIGURES/cobalamin.png
figure-fits      | 0.3 | python FIGURES/cobalamin_fits.py     | cobalamin             | FIGURES/cobalamin_fits.png
figure-loss      | 0.3 | python FIGURES/cobalamin_loss.py     | cobalamin             | FIGURES/cobalamin_loss.png
figure-profiles  | 0.3 | python FIGURES/cobalamin_profiles.py | cobalamin             | FIGURES/cobalamin_profiles.png
figures-lesions  | 4   | python FIGURES/demyelination.py      | tables                | FIGURES
bench            | 0.1 | python examples/bench_tables.py           |                       | docs/benchmark.md README.md
readme-trust     | 0.1 | python examples/readme_trust.py           | people-page bench     | README.md
schemas          | 0.1 | python examples/schemas.py                |                       | docs/schemas
"""
PLACES: Final = {
    "CONDUCTION": "src/remyelin/nerve/conduction",
    "FIGURES": "docs/figures",
    "DATA": "src/remyelin/analysis/calibration/data",
    "LEDGER": "src/remyelin/evidence/data",
    "SCENARIO": "docs/images/pernicious-anaemia.svg",
}


def read(table: str) -> Iterator[Step]:
    """Return the steps of a table; what stands for many is written out."""
    for name, place in PLACES.items():
        table = table.replace(name, place)
    many = {"cohort-*": shipped_populations(), "trial-*": shipped_trials()}
    for line in table.strip().splitlines():
        name, minutes, command, after, makes = (cell.strip() for cell in line.split("|"))
        needs = (one.replace("*", own) for one in after.split() for own in many.get(one, "*"))
        rest = float(minutes), tuple(needs), tuple(makes.split())
        for own in many.get(name, "*"):
            yield Step(name.replace("*", own), command.replace("*", own), *rest)


STEPS: Final = tuple(read(TABLE))


def chosen(begin: Sequence[str], only: Sequence[str]) -> tuple[Step, ...]:
    """Return the steps named, and of those that begin also every step that rests on them, in order."""
    for name in {*begin, *only} - {step.name for step in STEPS}:
        raise SystemExit(f"no step {name!r}; python examples/remake.py --list prints them.")
    wanted, after = {*only, *begin}, {*begin}
    for step in STEPS:
        if after & {*step.needs}:
            after.add(step.name)
    return tuple(step for step in STEPS if step.name in wanted | after)


def in_turn(waiting: Sequence[Step], done: Collection[str]) -> list[Step]:
    """Return the steps that may begin, first the one with most to do after it."""
    names = {step.name for step in waiting}
    least: dict[str, float] = {}
    for step in reversed(waiting):
        after = (least[other.name] for other in waiting if other.name in least and step.name in other.needs)
        least[step.name] = step.minutes + max(after, default=0.0)
    ready = [step for step in waiting if not names & {*step.needs} - {*done}]
    return sorted(ready, key=lambda step: -least[step.name])


def listed(steps: Sequence[Step]) -> str:
    """Return a list of steps as text."""
    lines = [f"{len(steps)} steps, about {sum(step.minutes for step in steps):.0f} minutes of one core"]
    for step in steps:
        after = f"\n{'':34}after {', '.join(step.needs)}" if step.needs else ""
        lines.append(f"{step.name:24}{step.minutes:5.1f} min {step.command}{after}")
    return "\n".join(lines)


def run(steps: Sequence[Step], jobs: int, work: Path = WORK) -> None:
    """Run steps in order of what they rest on, so many at a time; stop at the first that fails."""
    work.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, **ONE_THREAD, "MPLBACKEND": "Agg"}
    waiting, done, failed = list(steps), [], []
    whole = sum(step.minutes for step in steps)
    running: dict[str, tuple[Step, subprocess.Popen[bytes], float]] = {}
    try:
        while running or (waiting and not failed):
            for step in in_turn([*(one for one, _, _ in running.values()), *waiting], done):
                if step in waiting and len(running) < jobs and not failed:
                    waiting.remove(step)
                    with (work / f"{step.name}.log").open("wb") as log:
                        program = subprocess.Popen(
                            step.arguments(), cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT
                        )
                    running[step.name] = (step, program, time.monotonic())
                    print(f"      {step.name} begins", flush=True)
            time.sleep(PAUSE)
            for name, (_, program, began) in list(running.items()):
                if program.poll() is None:
                    continue
                del running[name]
                (failed if program.returncode else done).append(name)
                share = sum(one.minutes for one in steps if one.name in done) / max(whole, PAUSE)
                word = "FAILED" if program.returncode else "done"
                print(f"{share:4.0%}  {name} {word} after {time.monotonic() - began:.0f} s", flush=True)
    finally:
        for _, program, _ in running.values():
            program.terminate()
    for name in failed:
        tail = (work / f"{name}.log").read_text(encoding="utf-8", errors="replace").splitlines()[-TAIL:]
        print("\n".join(tail))
    if failed:
        left = " ".join(step.name for step in steps if step.name not in done)
        raise SystemExit(f"{', '.join(failed)} failed. Go on with: python examples/remake.py --only {left}")


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line, and list or run what it names."""
    parser = argparse.ArgumentParser(description="Make what rests on the ledger again, in order.")
    steps = {"nargs": "+", "default": [], "metavar": "STEP"}
    parser.add_argument("--from", **steps, dest="begin", help="these steps, and what rests on them")
    parser.add_argument("--only", **steps, help="these steps alone")
    parser.add_argument("--list", action="store_true", help="print the steps and run nothing")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="programs at a time")
    given = parser.parse_args(arguments)
    named = given.begin or given.only
    selected = chosen(given.begin, given.only) if named else STEPS
    if given.list or not named:
        print(listed(selected))
        return
    run(selected, max(given.jobs, 1))


if __name__ == "__main__":
    main()
