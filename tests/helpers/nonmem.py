"""A small reader of NONMEM control streams, written for the tests: it integrates $DES over a data file by SciPy.

It knows of NM-TRAN what the exported stream uses. Covariates of a record apply to the time since the record before,
and a dose is multiplied by the bioavailability of its own record.
"""

from __future__ import annotations

import re
from types import CodeType
from typing import Any

import numpy as np
from scipy.integrate import solve_ivp

FUNCTIONS = {"EXP": np.exp, "LOG": np.log, "SQRT": np.sqrt}
OPERATORS = {".EQ.": "==", ".LT.": "<", ".GT.": ">", ".LE.": "<=", ".GE.": ">=", ".AND.": " and "}


class ControlStream:
    """The code and numbers of a control stream."""

    def __init__(self, text: str) -> None:
        assert text.isascii()
        assert max(map(len, text.splitlines())) <= 160
        self.records: dict[str, list[str]] = {}
        for part in re.split(r"^\$", text, flags=re.MULTILINE)[1:]:
            name, _, rest = part.partition("\n") if "\n" in part.split(" ")[0] else part.partition(" ")
            joined = re.sub(r"&\n", "", rest)
            lines = (re.sub(r";.*", "", line).strip() for line in joined.splitlines())
            self.records.setdefault(name, []).extend(line for line in lines if line)
        self.columns = self.records["INPUT"][0].split()
        self.theta, self.free = [], []
        for line in self.records["THETA"]:
            inside = re.fullmatch(r"\((.*)\)", line)
            assert inside, line
            numbers = inside[1].replace(" FIX", "").split(",")
            self.free.append(len(numbers) == 3)
            if len(numbers) == 3:
                low, start, high = map(float, numbers)
                assert low < start < high
            self.theta.append(float(numbers[len(numbers) // 2]))
        self.omega = [float(line) for line in self.records["OMEGA"]]
        self.sigma = [float(line) for line in self.records["SIGMA"]]
        self.compartments = [
            re.fullmatch(r"COMP=\((\w+)( DEFOBS)?\)", line)[1] for line in self.records["MODEL"]
        ]
        self.pk, self.des, self.error = (_compiled(self.records[name]) for name in ("PK", "DES", "ERROR"))

    def predicted(self, table: str, eta: list[float] | None = None) -> list[dict[str, float]]:
        """Return the records of a data file with IPRED."""
        header, *lines = table.splitlines()
        assert header.split(",") == self.columns
        records = [
            dict(zip(self.columns, map(float, line.split(",")), strict=True)) | {"IPRED": np.nan}
            for line in lines
        ]
        names: dict[str, Any] = {}
        state, time, person = np.zeros(0), 0.0, None
        for record in records:
            fresh = record["ID"] != person or record["EVID"] == 3
            names = FUNCTIONS | record | self._numbers(eta) | {"A_0FLG": float(fresh), "A_0": _Cells()}
            exec(self.pk, names)
            if fresh:
                person, time = record["ID"], record["TIME"]
                state = np.array([names["A_0"].get(i + 1, 0.0) for i in range(len(self.compartments))])
            if record["TIME"] > time:
                state = self._advanced(state, time, record["TIME"], names)
                time = record["TIME"]
            assert record["TIME"] == time, "times go back without a reset"
            if record["EVID"] == 1:
                place = int(record["CMT"])
                state[place - 1] += record["AMT"] * names[f"F{place}"]
            read = names | {"A": _Cells(enumerate(state, start=1))}
            exec(self.error, read)
            record["IPRED"] = float(read["IPRED"])
        return records

    def _numbers(self, eta: list[float] | None) -> dict[str, Any]:
        return {
            "THETA": _Cells(enumerate(self.theta, start=1)),
            "ETA": _Cells(enumerate(eta or [0.0] * len(self.omega), start=1)),
            "EPS": _Cells((i + 1, 0.0) for i in range(len(self.sigma))),
        }

    def _advanced(self, state: np.ndarray, start: float, stop: float, names: dict[str, Any]) -> np.ndarray:
        def slopes(time: float, amounts: np.ndarray) -> list[float]:
            inside = names | {"A": _Cells(enumerate(amounts, start=1)), "T": time, "DADT": _Cells()}
            exec(self.des, inside)
            return [inside["DADT"][i + 1] for i in range(len(amounts))]

        solution = solve_ivp(slopes, (start, stop), state, method="LSODA", rtol=1e-10, atol=1e-12)
        assert solution.success
        return solution.y[:, -1].copy()


class _Cells(dict):
    """An array of Fortran: numbered from one."""


def _compiled(lines: list[str]) -> CodeType:
    """Return abbreviated code as Python."""
    python, depth = [], 0
    for line in lines:
        text = line
        for theirs, ours in OPERATORS.items():
            text = text.replace(theirs, ours)
        text = re.sub(r"\b(THETA|ETA|EPS|A|A_0|DADT)\((\d+)\)", r"\1[\2]", text)
        assert not re.search(r"[/*]\d+(?![\d.E])", text), f"an integer is divided by or multiplied: {line}"
        if text in ("ENDIF", "ELSE"):
            depth -= 1
        if text != "ENDIF":
            block = re.fullmatch(r"IF \((.*)\) THEN", text)
            single = re.fullmatch(r"IF \((.*?)\) (\w+ = .*)", text)
            if block:
                text = f"if {block[1]}:"
            elif single:
                text = f"if {single[1]}: {single[2]}"
            elif text == "ELSE":
                text = "else:"
            else:
                assert re.match(r"[A-Z][A-Z0-9_]*(\[\d+\])? = ", text), line
            python.append("    " * depth + text)
        if text.startswith("else:") or re.fullmatch(r"if .*:", text):
            depth += 1
    assert depth == 0
    return compile("\n".join(python), "control stream", "exec")
