"""Check of the installation: versions, compilers, optional parts."""

from __future__ import annotations

import os
import platform
import shutil
import tempfile
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec

from remyelin._version import __version__
from remyelin.base.jit import kernel_folder

LIBRARIES = ("numpy", "scipy", "numba", "xarray", "h5netcdf", "pydantic", "typer", "matplotlib", "jinja2")
EXTRAS = ("neuron", "pyfibers")


def examine() -> dict[str, str]:
    """Return facts about the installation, each as one line of text."""
    facts = {
        "remyelin": __version__,
        "python": f"{platform.python_version()} on {platform.platform()}",
        "processors": str(
            len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
        ),
    }
    for name in LIBRARIES:
        facts[name] = _version(name)
    facts["kernel cache"] = _cache()
    for name in EXTRAS:
        facts[f"{name} (optional)"] = _version(name) if find_spec(name) else "not installed"
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    facts["C compiler (optional)"] = compiler or "none; only the comparison with NEURON needs one"
    facts["browser (optional)"] = next(
        (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))),
        "none found",
    )
    return facts


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "missing; reinstall remyelin"


def _cache() -> str:
    """Return the folder of compiled kernels; without a writable place they are compiled at every start."""
    folder = kernel_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return f"writable: {folder}"
    except OSError:
        return f"not writable: {folder}; set NUMBA_CACHE_DIR to a writable folder to compile only once"
