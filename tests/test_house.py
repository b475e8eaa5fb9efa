"""The house: floors, light imports, the two lines of the README."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
HEAVY = {"numba", "scipy", "xarray", "numpy", "matplotlib", "pydantic", "pandas"}


def _modules_after(code: str) -> set[str]:
    program = f"import sys, json\n{code}\nprint(json.dumps(sorted(sys.modules)), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return {name.partition(".")[0] for name in json.loads(done.stderr.splitlines()[-1])}


def test_imports_point_downwards() -> None:
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_import_is_light() -> None:
    assert not _modules_after("import remyelin") & HEAVY


@pytest.mark.parametrize(
    "arguments", [["--help"], ["run", "--help"], ["cases"], ["evidence", "prior.weight"]], ids=" ".join
)
def test_commands_without_simulation_are_light(arguments: list[str]) -> None:
    code = (
        "import contextlib\nfrom remyelin.cli.main import main\n"
        f"with contextlib.suppress(SystemExit): main({arguments})"
    )
    assert not _modules_after(code) & (HEAVY - {"pydantic"})


def test_public_names_resolve() -> None:
    import remyelin

    assert "Ledger" in remyelin.__all__
    for name in remyelin.__all__:
        assert getattr(remyelin, name) is not None
    assert set(remyelin.__all__) <= set(dir(remyelin))
    with pytest.raises(AttributeError, match="did you mean"):
        _ = remyelin.Ledge  # type: ignore[attr-defined]
