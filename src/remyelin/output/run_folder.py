"""The folder of a run: written beside its place, then put there by one rename."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import tomli_w

from remyelin.base.errors import InputError
from remyelin.person.case import to_toml_data

if TYPE_CHECKING:
    from remyelin.person.course import Course

SUMMARY = "summary.json"
WRITTEN = frozenset({"report.html", "course.nc", "case.toml", SUMMARY})


def claim(folder: Path) -> None:
    """Refuse, before anything is computed, a folder that is not ours to replace.

    Raises
    ------
    InputError
        If it is a file, cannot be made, or holds something remyelin did not write.
    """
    if not folder.exists():
        parent = folder.absolute().parent
        while not parent.exists():
            parent = parent.parent
        if not parent.is_dir() or not _takes_folders(parent):
            raise InputError(f"--out {folder}: cannot be made below {parent}; choose a writable folder.")
        return
    if not folder.is_dir():
        raise InputError(f"--out {folder}: is a file; give a folder.")
    if any(folder.iterdir()) and not _ours(folder):
        raise InputError(
            f"--out {folder}: holds files that `remyelin run` did not write; give an empty or a new folder."
        )
    if not _takes_folders(folder.absolute().parent):
        raise InputError(f"--out {folder}: cannot be replaced; its parent folder is not writable.")


def _takes_folders(parent: Path) -> bool:
    """Say whether a folder can be made in ``parent``: by making one, as permissions do not tell all."""
    try:
        os.rmdir(tempfile.mkdtemp(prefix=".remyelin-", dir=parent))
    except OSError:
        return False
    return True


def _ours(folder: Path) -> bool:
    """Say whether an earlier run wrote the folder and nobody has put anything else there, which would be lost."""
    if any(path.name not in WRITTEN for path in folder.iterdir()):
        return False
    try:
        text = (folder / SUMMARY).read_text(encoding="utf-8")
        return bool(json.loads(text).get("schema", "").startswith("remyelin-summary/"))
    except (OSError, ValueError, AttributeError):
        return False


def write_folder(course: Course, folder: Path) -> None:
    """Write report, data, summary and resolved case; nothing is left behind if any of them fails."""
    from remyelin.output.pages.course import render_report
    from remyelin.output.summary import summarise

    folder = folder.absolute()
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        (draft / "report.html").write_text(render_report(course), encoding="utf-8")
        course.to_netcdf(draft / "course.nc")
        (draft / "case.toml").write_text(tomli_w.dumps(to_toml_data(course.case)), encoding="utf-8")
        summary = json.dumps(summarise(course), indent=1, ensure_ascii=False, allow_nan=False)
        (draft / SUMMARY).write_text(summary + "\n", encoding="utf-8")
        draft.chmod(0o755)
        _put(draft, folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _put(draft: Path, folder: Path) -> None:
    """Move the finished draft to its place; an earlier run there is kept until the new one stands."""
    if not folder.exists():
        draft.rename(folder)
        return
    claim(folder)
    old = Path(tempfile.mkdtemp(prefix=f".{folder.name}-old-", dir=folder.parent))
    old.rmdir()
    folder.rename(old)
    draft.rename(folder)
    shutil.rmtree(old)


def write_new_case(file: Path) -> None:
    """Write the commented template of a case file; refuse to overwrite."""
    if file.suffix != ".toml":
        raise InputError(f"{file}: a case file ends in .toml.")
    template = files("remyelin.output").joinpath("new_case.toml").read_text(encoding="utf-8")
    write_new(file, template, str(file))


def write_new(file: Path, text: str, where: str) -> None:
    """Write a file that does not exist yet, whole or not at all; `where` names it in errors.

    Raises
    ------
    InputError
        If it exists, or cannot be written.
    """
    made = False
    try:
        with file.open("x", encoding="utf-8") as stream:
            made = True
            stream.write(text)
    except FileExistsError:
        raise InputError(f"{where}: exists already; give a new file name.") from None
    except OSError as error:
        if made:
            file.unlink(missing_ok=True)
        raise InputError(f"{where}: cannot be written: {error.strerror}.") from None
