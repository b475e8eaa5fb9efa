"""Every example of the documentation runs as printed.

The Python blocks of a page share one namespace, in their order, as someone who types them one after the other
would have it. A block behind the line ``<!-- not run: why -->`` is left out.
"""

from __future__ import annotations

import doctest
import json
import os
import re
import runpy
import shlex
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from remyelin.analysis.claims import claims
from remyelin.evidence.posterior import posterior

DOCS = Path(__file__).parents[1] / "docs"
BLOCK = re.compile(r"(<!-- not run: .+ -->\n)?^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SESSION = re.compile(r"^```pycon\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def pages(kind: re.Pattern[str]) -> list[str]:
    """Return the names of the pages that have blocks of a kind."""
    found = [*sorted(DOCS.glob("*.md")), *sorted(DOCS.glob("doors/*.md"))]
    return [
        page.relative_to(DOCS).as_posix() for page in found if kind.search(page.read_text(encoding="utf-8"))
    ]


@pytest.mark.parametrize("page", [page for page in pages(BLOCK) if not page.startswith("doors/")])
def test_python_blocks_run(page: str) -> None:
    text = (DOCS / page).read_text(encoding="utf-8")
    names: dict[str, object] = {}
    for found in BLOCK.finditer(text):
        if found[1]:
            continue
        # Empty lines in front, so that a traceback names the line of the page.
        code = "\n" * text.count("\n", 0, found.start(2)) + found[2]
        exec(compile(code, f"docs/{page}", "exec"), names)


@pytest.mark.parametrize("page", [page for page in pages(BLOCK) if page.startswith("doors/")])
def test_the_first_task_of_a_door_shows_its_result(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for found in BLOCK.finditer((DOCS / page).read_text(encoding="utf-8")):
        exec(compile(found[2], f"docs/{page}", "exec"), {})
    assert len(capsys.readouterr().out.splitlines()) > 1


@pytest.mark.parametrize("page", pages(SESSION))
def test_sessions_print_what_is_printed(page: str) -> None:
    text = (DOCS / page).read_text(encoding="utf-8")
    session = "\n".join(found[1] for found in SESSION.finditer(text))
    test = doctest.DocTestParser().get_doctest(session, {}, page, page, 0)
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    runner.run(test)
    assert test.examples
    assert runner.failures == 0


def test_ten_lines_of_the_readme_draw_a_sweep(tmp_path: Path) -> None:
    """From an empty folder; the installation is that of ``.ci/run``."""
    readme = (DOCS.parent / "README.md").read_text(encoding="utf-8")
    found = re.search(r"<!-- ten lines -->\n```\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL)
    assert found
    lines = found[1].splitlines()
    assert len(lines) <= 10
    assert lines[:2] == ["python3 -m venv .venv", ".venv/bin/pip install ."]
    script = "\n".join(lines[2:]).replace(".venv/bin/python", shlex.quote(sys.executable))
    done = subprocess.run(
        ["bash", "-euc", script],
        cwd=tmp_path,
        env=os.environ | {"MPLBACKEND": "Agg"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "sweep.png").stat().st_size > 5_000


def test_a_marked_block_is_left_out_and_no_other() -> None:
    page = "```python\na = 1\n```\n\n<!-- not run: takes an hour -->\n```python\nb = 2\n```\n"
    assert [bool(found[1]) for found in BLOCK.finditer(page)] == [False, True]


def test_the_picture_of_the_readme_can_be_drawn(tmp_path: Path) -> None:
    script = runpy.run_path(str(DOCS.parent / "examples" / "readme_picture.py"))
    script["main"](tmp_path / "picture.svg")
    # a long title stands in several lines
    drawn = " ".join(re.sub("<[^>]*>", " ", (tmp_path / "picture.svg").read_text(encoding="utf-8")).split())
    assert all(title in drawn for titles in script["CHOSEN"].values() for title in titles)


def test_no_line_begins_with_a_comment_by_chance() -> None:
    """A wrapped line that begins with a per cent sign is a comment of MyST, and the rest of its sentence is lost."""
    lost = []
    for page in sorted(DOCS.rglob("*.md")):
        text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
        lost += [f"{page.relative_to(DOCS)}: {line}" for line in re.findall(r"^ *%.*$", text, re.MULTILINE)]
    assert lost == []


def test_relative_links_lead_somewhere() -> None:
    """Links of a page hold in the repository too, without the pages that only the built site has."""
    root = DOCS.parent
    lost = []
    for page in [*DOCS.rglob("*.md"), root / "README.md", root / "CONTRIBUTING.md"]:
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            outside = target.startswith(("http", "mailto"))
            if not outside and not (page.parent / target).exists():
                lost.append(f"{page.relative_to(root)}: {target}")
    assert lost == []


def test_the_page_of_the_article_has_every_claim_with_its_verdict() -> None:
    page = (DOCS / "claims.md").read_text(encoding="utf-8")
    named = {
        name: verdict
        for verdict, names in re.findall(
            r"(supported|partly|not supported|wrong): ((?:`[\w-]+`,?\s*)+)",
            page.replace("Supported:", "supported:"),
        )
        for name in re.findall(r"`([\w-]+)`", names)
    }
    assert named == {name: claim.verdict for name, claim in claims().items()}


def test_words_of_the_pages_are_separate_from_their_tables() -> None:
    """A line directly behind a table becomes a row of it."""
    lost = []
    for page in sorted(DOCS.rglob("*.md")):
        lines = page.read_text(encoding="utf-8").splitlines()
        for above, line in pairwise(lines):
            if above.startswith("|") and line.strip() and not line.startswith(("|", "<!--", "```")):
                lost.append(f"{page.relative_to(DOCS)}: {line[:60]}")
    assert lost == []


def test_the_tables_of_the_fit_proof_are_those_of_its_results() -> None:
    script = runpy.run_path(str(DOCS.parent / "examples" / "fit_proof_tables.py"))
    page = (DOCS / "fit-proof.md").read_text(encoding="utf-8")
    assert script["written"](page) == page, "python examples/fit_proof_tables.py"


def test_the_page_of_people_and_the_trust_of_the_readme_are_those_of_the_posterior() -> None:
    examples = DOCS.parent / "examples"
    people = runpy.run_path(str(examples / "people_page.py"))
    page = (DOCS / "people.md").read_text(encoding="utf-8")
    data = json.loads(people["DATA"].joinpath("people_predictions.json").read_text(encoding="utf-8"))
    compared = json.loads(people["DATA"].joinpath("people_rivals.json").read_text(encoding="utf-8"))
    assert data["posterior"] == posterior().made, "remyelin rebuild predictions"
    for part in (
        people["traits"](),
        people["marginals"](),
        people["rows_of"](data["predictions"], "calibration", alone=compared["alone"]),
        people["rows_of"](data["predictions"], "validation"),
        people["coverage"](data),
    ):
        assert part in page, "python examples/people_page.py docs/people.md"
    trust = runpy.run_path(str(examples / "readme_trust.py"))
    readme = (DOCS.parent / "README.md").read_text(encoding="utf-8")
    assert trust["lines"]() == readme.split(trust["BEGIN"])[1].split(trust["END"])[0], (
        "python examples/readme_trust.py"
    )
