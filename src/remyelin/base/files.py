"""Files written whole or not at all, and output folders that are decided on before anything is computed.

A file is written beside its place and put there by one rename. The files of a folder are all written first, under
names of their own; then a manifest that lists them replaces the one before, which is the moment from which the new
ones count; then they are renamed. A full disk or a kill before that moment leaves the old files as they were; a kill
after it is mended by whoever claims the folder next.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import sys
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from remyelin.base.errors import InputError

try:
    import fcntl
except ImportError:  # not on every system: two runs into one folder are then not told apart
    fcntl = None  # type: ignore[assignment]

MANIFEST: Final = ".remyelin.json"
SCHEMA: Final = "remyelin-folder/1"
DRAFT: Final = ".remyelin-draft-"


def reason(error: Exception) -> str:
    """Return why the system refused, without the path, which the sentence names already."""
    return (getattr(error, "strerror", None) or str(error)).rstrip(".")


def there(path: Path) -> bool:
    """Say whether there is something of that name; a name that no file can have names nothing."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def full_or_refused(where: object, error: OSError) -> InputError:
    """Return the error to raise where an output cannot be written; an earlier file is untouched."""
    return InputError(
        f"{where}: cannot be written: {reason(error)}; nothing there was changed: make room, or give another place."
    )


def cache_folder() -> Path:
    """Return the folder of compiled kernels and templates.

    It stands below ``NUMBA_CACHE_DIR`` where that is set, else among the user's caches.
    """
    given = os.environ.get("NUMBA_CACHE_DIR")
    if given:
        return Path(given) / "remyelin"
    if sys.platform == "win32":
        caches = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        caches = Path.home() / "Library" / "Caches"
    else:
        caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return caches / "remyelin"


def write_whole(path: Path, content: bytes | str) -> None:
    """Write a file whole or not at all, in place of one that may be there.

    Raises
    ------
    OSError
        If it cannot be written; nothing is left behind then.
    """
    draft = _draft(path.parent, content)
    try:
        os.replace(draft, path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def _draft(folder: Path, content: bytes | str) -> Path:
    """Write a draft to the disk, every byte of it, and return where it is."""
    data = content.encode("utf-8") if isinstance(content, str) else content
    draft = folder / f"{DRAFT}{secrets.token_hex(8)}"
    try:
        with draft.open("xb") as stream:
            written = stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
            if written != len(data) or os.fstat(stream.fileno()).st_size != len(data):
                raise OSError(f"only a part of {len(data)} bytes was taken")
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    return draft


def claim_new(path: Path, where: str) -> None:
    """Refuse, before anything is computed, a file that cannot be made new; `where` names it in errors.

    Raises
    ------
    InputError
        If something of that name is there, or a file cannot be made.
    """
    try:
        if os.path.lexists(path):
            raise InputError(f"{where}: exists already; give a new file name.")
        # the name itself, as another may be short enough, or allowed, where this one is not
        with path.open("xb"):
            pass
        path.unlink()
    except (OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{where}: cannot be written: {reason(error)}; give another file name.") from None


def write_new(path: Path, text: str, where: str) -> None:
    """Write a file that does not exist yet, whole or not at all; `where` names it in errors.

    Raises
    ------
    InputError
        If it exists, or cannot be written.
    """
    claim_new(path, where)
    try:
        draft = _draft(path.parent, text)
        try:
            try:
                os.link(draft, path)  # unlike a rename it replaces nothing
            except FileExistsError:
                raise InputError(f"{where}: exists already; give a new file name.") from None
            except OSError:  # a file system without links
                os.replace(draft, path)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise full_or_refused(where, error) from None


@dataclass(frozen=True, slots=True)
class Claimed:
    """An output folder that is there, is ours to write to, and is nobody else's until it is let go.

    A context manager: on leaving, a folder that was made for it is removed again where nothing was written to it.

    Attributes
    ----------
    folder : Path
        Absolute, links followed.
    where : str
        What names it in errors.
    held : ExitStack
        What is undone on leaving.
    """

    folder: Path
    where: str
    held: ExitStack = field(repr=False, compare=False)

    def __enter__(self) -> Claimed:
        return self

    def __exit__(self, *error: object) -> None:
        self.held.close()

    def write(self, files: Mapping[str, bytes | str]) -> None:
        """Put files into the folder, all of them or none; those of an earlier run are replaced.

        Raises
        ------
        InputError
            If one cannot be written; what was there before is untouched then.
        """
        drafts: dict[str, str] = {}
        known = dict(read_manifest(self.folder).get("files", {}))
        try:
            for name, content in files.items():
                data = content.encode("utf-8") if isinstance(content, str) else content
                drafts[name] = _draft(self.folder, data).name
                known[name] = hashlib.sha256(data).hexdigest()
            manifest = {"schema": SCHEMA, "files": known, "drafts": drafts}
            write_whole(self.folder / MANIFEST, json.dumps(manifest, indent=1) + "\n")
        except OSError as error:
            for draft in drafts.values():
                (self.folder / draft).unlink(missing_ok=True)
            raise full_or_refused(self.where, error) from None
        except BaseException:  # before the manifest names them they are nobody's
            for draft in drafts.values():
                (self.folder / draft).unlink(missing_ok=True)
            raise
        try:
            _put_in_place(self.folder, drafts)
        except OSError as error:
            raise InputError(
                f"{self.where}: cannot be written: {reason(error)}; the files are there under names that begin with "
                f"{DRAFT}, and the next run into this folder puts them in place."
            ) from None


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest that remyelin wrote into a folder; empty without a valid one."""
    try:
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    right = isinstance(found, dict) and found.get("schema") == SCHEMA
    tables = right and all(_of_names(found.get(key)) for key in ("files", "drafts"))
    return found if tables else {}


def _of_names(table: object) -> bool:
    """Whether a table is one of names in this folder, and no path out of it."""
    return isinstance(table, dict) and all(
        isinstance(key, str) and isinstance(value, str) and os.sep not in key + value
        for key, value in table.items()
    )


def changed(folder: Path, name: str) -> bool:
    """Say whether a file in a folder is not the one that remyelin wrote there."""
    stated = read_manifest(folder).get("files", {}).get(name)
    try:
        content = (folder / name).read_bytes()
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return stated is None or hashlib.sha256(content).hexdigest() != stated


def _put_in_place(folder: Path, drafts: Mapping[str, str]) -> None:
    for name, draft in drafts.items():
        if draft.startswith(DRAFT):
            with suppress(FileNotFoundError):  # put there already
                os.replace(folder / draft, folder / name)


def _mend(folder: Path) -> None:
    """Complete the renames that a killed run had begun, and remove its unfinished files."""
    _put_in_place(folder, read_manifest(folder).get("drafts", {}))
    for path in folder.glob(f"{DRAFT}*"):
        path.unlink(missing_ok=True)


def claimed(
    folder: Path,
    *,
    names: Collection[str] = (),
    alone: bool = False,
    ours: Collection[str] = (),
    where: str = "",
) -> Claimed:
    """Make an output folder, or take one that is there, before anything is computed.

    Parameters
    ----------
    folder : Path
    names : collection of str
        What will be written. A file of such a name that remyelin did not write, or that was changed since, is
        somebody's and is refused.
    alone : bool
        Refuse a folder that holds anything but `names`.
    ours : collection of str
        Names in the folder that the caller knows for remyelin's although no manifest lists them.
    where : str
        What names the folder in errors; ``--out FOLDER`` when omitted.

    Raises
    ------
    InputError
        If it cannot be used, with what would be right.
    """
    where = where or f"--out {folder}"
    with ExitStack() as stack:
        place = _make(folder, where, stack)
        stack.enter_context(_locked(place, where))
        _try_to_write(place, names, where)
        _mend(place)
        _refuse_what_is_not_ours(place, names, alone, ours, where)
        return Claimed(place, where, stack.pop_all())


def _make(folder: Path, where: str, stack: ExitStack) -> Path:
    """Return the folder, links followed; those that had to be made are removed again if they stay empty."""
    try:
        place = Path(os.path.abspath(folder))
    except FileNotFoundError:
        raise InputError(f"{where}: the working folder no longer exists; change to another one.") from None
    except ValueError as error:
        raise InputError(f"{where}: is no name of a folder: {reason(error)}.") from None
    try:
        if place.is_symlink() and not place.exists():
            raise InputError(f"{where}: is a link to nothing; remove it, or give another folder.")
        if place.exists() and not place.is_dir():
            raise InputError(f"{where}: is a file; give a folder.")
        missing = [path for path in (place, *place.parents) if not os.path.lexists(path)]
        for path in reversed(missing):
            with suppress(FileExistsError):  # another run was quicker
                path.mkdir()
                stack.callback(_remove_empty, path)
        return place.resolve(strict=True)
    except (OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{where}: cannot be made: {reason(error)}; choose a writable folder.") from None


def _remove_empty(path: Path) -> None:
    with suppress(OSError):
        path.rmdir()


@contextmanager
def _locked(place: Path, where: str) -> Iterator[None]:
    """Hold the folder, so that another run into it is told at once."""
    if fcntl is None:
        yield
        return
    try:
        handle = os.open(place, os.O_RDONLY)
    except OSError as error:
        raise InputError(f"{where}: cannot be read: {reason(error)}; choose another folder.") from None
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InputError(
                f"{where}: another run is writing there; wait until it is done, or give another folder."
            ) from None
        except OSError:  # a file system without locks
            pass
        yield
    finally:
        with contextlib.suppress(OSError):
            os.close(handle)


def busy(place: Path) -> bool:
    """Say whether a run holds a folder now."""
    try:
        with _locked(place, ""):
            return False
    except InputError:
        return True


def _try_to_write(place: Path, names: Collection[str], where: str) -> None:
    """Make and remove a file: permissions do not tell all."""
    longest = max((*names, MANIFEST), key=len)
    trial = place / f"{DRAFT}{secrets.token_hex(8)}-{longest}"[:255]
    try:
        with trial.open("xb"):
            pass
        trial.unlink()
    except OSError as error:
        raise InputError(f"{where}: is not writable: {reason(error)}; choose a writable folder.") from None


def _refuse_what_is_not_ours(
    place: Path, names: Collection[str], alone: bool, ours: Collection[str], where: str
) -> None:
    there = {path.name for path in place.iterdir()}
    if alone and (foreign := sorted(there - {*names, MANIFEST})):
        raise InputError(
            f"{where}: holds files that remyelin did not write there ({foreign[0]}); give an empty or a new folder."
        )
    listed = read_manifest(place).get("files", {})
    for name in sorted(there & set(names)):
        if name not in listed and name in ours:
            continue
        if changed(place, name):
            what = "was changed since remyelin wrote it" if name in listed else "is not remyelin's"
            raise InputError(f"{where}: {name} there {what}; move it away, or give another folder.")
