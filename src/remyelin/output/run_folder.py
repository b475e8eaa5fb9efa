"""The folder of a run: report, data, summary and resolved case."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Final

import tomli_w

from remyelin.base.errors import InputError
from remyelin.base.files import Claimed, claimed, read_manifest, write_new
from remyelin.person.case import to_toml_data

if TYPE_CHECKING:
    from remyelin.output.records import Summary
    from remyelin.person.course import Course

SUMMARY: Final = "summary.json"
WRITTEN: Final = ("report.html", "course.nc", "case.toml", SUMMARY)


def claim(folder: Path, where: str = "") -> Claimed:
    """Hold the folder of a run: an empty or new one, or one that an earlier run wrote and nobody has changed.

    Raises
    ------
    InputError
        Before anything is computed, if it is not ours to write to; see :func:`remyelin.base.files.claimed`.
    """
    # folders of runs from before there was a manifest
    ours = WRITTEN if not read_manifest(folder) and _summary_of_ours(folder) else ()
    return claimed(folder, names=WRITTEN, alone=True, ours=ours, where=where)


def _summary_of_ours(folder: Path) -> bool:
    try:
        text = (folder / SUMMARY).read_text(encoding="utf-8")
        return bool(json.loads(text).get("schema", "").startswith("remyelin-summary/"))
    except (OSError, ValueError, AttributeError):
        return False


def write_folder(course: Course, folder: Path | Claimed, summary: Summary | None = None) -> None:
    """Write report, data, summary and resolved case, all of them or none.

    Parameters
    ----------
    course : Course
    folder : Path or Claimed
        A path is claimed first.
    summary : Summary, optional
        Of the same course; computed when omitted.

    Raises
    ------
    InputError
        If one cannot be written; what an earlier run wrote is untouched then.
    """
    if not isinstance(folder, Claimed):
        with claim(folder) as held:
            write_folder(course, held, summary)
        return
    from remyelin.output.pages.course import render_report
    from remyelin.output.summary import summarise

    told = summarise(course) if summary is None else summary
    text = json.dumps(told, indent=1, ensure_ascii=False, allow_nan=False)
    # the summary last: where it is, the others are
    folder.write(
        {
            "report.html": render_report(course, told),
            "course.nc": course.netcdf(),
            "case.toml": tomli_w.dumps(to_toml_data(course.case)),
            SUMMARY: text + "\n",
        }
    )


def write_new_case(file: Path) -> None:
    """Write the commented template of a case file; refuse to overwrite."""
    if file.suffix != ".toml":
        raise InputError(f"{file}: a case file ends in .toml.")
    template = files("remyelin.output").joinpath("new_case.toml").read_text(encoding="utf-8")
    write_new(file, template, str(file))


def write_new_record(file: Path) -> None:
    """Write the commented template of a record; refuse to overwrite."""
    if file.suffix != ".csv":
        raise InputError(f"{file}: a record ends in .csv.")
    template = files("remyelin.person.record").joinpath("new_record.csv").read_text(encoding="utf-8")
    write_new(file, template, str(file))
