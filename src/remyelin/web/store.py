"""Finished reports: one folder each, put in place by one rename, kept when the server ends."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from pathlib import Path
from typing import Final, Literal

from remyelin._version import __version__
from remyelin.base.errors import InputError
from remyelin.base.files import busy
from remyelin.evidence import Ledger
from remyelin.output.run_folder import claim, write_folder
from remyelin.person.case import Case, to_toml_data
from remyelin.person.course import run_course
from remyelin.web.engine import Check
from remyelin.web.settings import WEB_REPORTS_KEPT

_NAME: Final = re.compile("[0-9a-f]{24}")
File = Literal["report.html", "course.nc", "summary.json", "case.toml"]
TYPES: Final = {
    "report.html": "text/html; charset=utf-8",
    "course.nc": "application/x-netcdf",
    "summary.json": "application/json",
    "case.toml": "text/plain; charset=utf-8",
}


class Store:
    """The folder of reports.

    Parameters
    ----------
    home : Path
        Made when the first report is written.
    """

    def __init__(self, home: Path) -> None:
        self.home = home.absolute()

    def find(self, report: str) -> Path:
        """Return the folder of a report; the name is looked up among those there are, never made into a path.

        Raises
        ------
        InputError
            If there is none.
        """
        if self.home.is_dir():
            for folder in self.home.iterdir():
                if folder.name == report and (folder / "summary.json").is_file():
                    return folder
        raise InputError("there is no such report; compute it again.")

    def make(self, case: Case, ledger: Ledger, check: Check) -> str:
        """Compute and write the report of a case, unless it is there; return its name."""
        text = json.dumps([__version__, ledger.digest(), to_toml_data(case)], sort_keys=True)
        name = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:24]
        try:
            self.find(name)
        except InputError:
            with claim(self.home / name, "the folder of reports") as held:
                course = run_course(case, ledger, progress=check)
                check("writing the report")
                write_folder(course, held)
            self._prune()
        return name

    def _prune(self) -> None:
        """Forget the oldest reports beyond the number kept."""
        ours = [
            folder
            for folder in self.home.iterdir()
            if _NAME.fullmatch(folder.name) and (folder / "summary.json").is_file()
        ]
        ours.sort(key=lambda folder: folder.stat().st_mtime, reverse=True)
        begun = [
            folder
            for folder in self.home.iterdir()
            if _NAME.fullmatch(folder.name) and not (folder / "summary.json").is_file() and not busy(folder)
        ]
        # what a killed server had begun, and the oldest beyond the number kept
        for folder in (*begun, *ours[WEB_REPORTS_KEPT:]):
            shutil.rmtree(folder, ignore_errors=True)
