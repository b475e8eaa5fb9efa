"""Small text files that users write: found by a shipped name or a path, read, and refused in one sentence."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from remyelin.base.errors import InputError, nearest
from remyelin.base.files import there

MAX_FILE_BYTES: Final = 1_000_000
MAX_DOTS: Final = 200  # in one line of a TOML file; a case has a few
MAX_SHOWN: Final = 200  # characters of a message of the parser


def shipped_or_path(name_or_path: str, shipped: Mapping[str, Path], noun: str) -> Path:
    """Return the file of a shipped name, or a path as it stands.

    Parameters
    ----------
    name_or_path : str
    shipped : mapping of str to Path
    noun : str
        "case", "population" or "trial", for errors.

    Raises
    ------
    InputError
        If it is no shipped name and does not look like a path.
    """
    if name_or_path in shipped:
        return shipped[name_or_path]
    path = Path(name_or_path)
    if not name_or_path.strip():
        raise InputError(f"the name of the {noun} is empty; give a shipped {noun} or a file.")
    if path.suffix != ".toml" and "/" not in name_or_path and not there(path):
        raise InputError(f"no shipped {noun} named {name_or_path!r}; {nearest(name_or_path, shipped)}")
    return path


def load_toml(text: str, source: str, what: str) -> dict[str, Any]:
    """Return the text of a TOML file as plain data; `source` and `what` name it in errors.

    Raises
    ------
    InputError
        If it is not valid TOML, or nested so deeply that no person wrote it.
    """
    # the parser needs the square of the length of a dotted key, which would take minutes
    if any(line.count(".") > MAX_DOTS for line in text.splitlines()):
        raise InputError(f"{source}: not {what}: a line with more than {MAX_DOTS} dots.")
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        shown = "".join(character for character in str(error) if character.isprintable())
        raise InputError(f"{source}: not valid TOML: {shown[:MAX_SHOWN]}.") from None
    except (RecursionError, ValueError, OverflowError):
        raise InputError(f"{source}: not {what}: nested too deeply or a number without end.") from None


def read_text(path: Path, what: str, limit: int = MAX_FILE_BYTES) -> str:
    """Read a small text file; refuse folders, devices, large files and text that is not UTF-8.

    Raises
    ------
    InputError
        If there is no such file, or it is a directory or device, larger than `limit` bytes, or not UTF-8.
    """
    try:
        if path.is_dir():
            raise InputError(f"{path}: is a directory; give {what}.")
        if not path.exists():
            raise InputError(f"{path}: no such file; give {what}.")
        if not path.is_file():
            raise InputError(f"{path}: is not a regular file; give {what}.")
        size = path.stat().st_size
        if size > limit:
            raise InputError(
                f"{path}: {size / 1e6:.3g} MB is too large for {what}; the limit is {limit / 1e6:.0f} MB."
            )
        return path.read_bytes().decode("utf-8-sig")  # Windows editors write a mark of byte order
    except UnicodeDecodeError:
        raise InputError(f"{path}: is not text in UTF-8; give {what}.") from None
    except (OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{path}: cannot be read: {reason}.") from None
