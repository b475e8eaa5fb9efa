"""Compute the checks of the fit of one person and write them beside the package's other calibration products."""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

from remyelin.evidence import Ledger

HERE = Path(__file__).parents[1] / "calibration" / "data"


def main() -> None:
    """Run one check."""
    parser = argparse.ArgumentParser(prog="python -m remyelin.analysis.personal")
    parser.add_argument("check", choices=("calibration", "patients"))
    parser.add_argument("--records", type=int, default=200)
    parser.add_argument("--persons", type=int, default=1024)
    parser.add_argument("--fits", type=int, default=20)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--more", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    began = time.monotonic()

    def say(step: str) -> None:
        print(f"{time.monotonic() - began:6.0f} s  {step}", file=sys.stderr, flush=True)

    ledger = Ledger.shipped()
    if asked.check == "calibration":
        from remyelin.analysis.personal.calibration import run

        found = run(
            ledger,
            records=asked.records,
            persons=asked.persons,
            fits=asked.fits,
            seed=asked.seed,
            progress=say,
        )
        path = asked.out or HERE / "fit_calibration.json"
    else:
        from remyelin.analysis.personal.patients import run as predict

        found = predict(ledger, seed=asked.seed, every=asked.every, more=asked.more, progress=say)
        path = asked.out or HERE / "fit_patients.json"
    path.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"wrote {path}")


main()
