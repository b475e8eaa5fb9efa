"""Scripts of the page: each is valid, and what needs no page is tested in Node where it is installed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from importlib.resources import files
from pathlib import Path

import pytest

from remyelin.web.drawing import drawing

NODE = shutil.which("node")
SCRIPTS = Path(str(files("remyelin.web"))) / "static" / "js"
pytestmark = pytest.mark.skipif(NODE is None, reason="unit tests of the scripts need Node")


@pytest.fixture
def modules(tmp_path: Path) -> Path:
    """The scripts in a folder that Node takes for modules."""
    shutil.copytree(SCRIPTS, tmp_path / "js")
    (tmp_path / "package.json").write_text('{"type": "module"}')
    return tmp_path / "js"


def test_every_script_is_valid(modules: Path) -> None:
    for script in sorted(modules.glob("*.js")):
        done = subprocess.run(
            [str(NODE), "--check", str(script)], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "name", sorted(path.name for path in (Path(__file__).parent / "js").glob("*.test.mjs"))
)
def test_functions_that_need_no_page(name: str, modules: Path) -> None:
    script = Path(__file__).parent / "js" / name
    where = modules / name.replace(".test.mjs", ".js")
    done = subprocess.run(
        [str(NODE), "--test", str(script)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "RESULTS_JS": where.as_uri(), "SETUPS": json.dumps(drawing()["setups"])},
    )
    assert done.returncode == 0, done.stdout + done.stderr
