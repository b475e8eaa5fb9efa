"""The list of what is made again: complete, in order, run two at a time, stopped where a step fails."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

from remyelin.analysis.calibration.rebuild import BUILDERS

ROOT = Path(__file__).parents[1]
REMAKE = runpy.run_path(str(ROOT / "examples" / "remake.py"))
STEPS = {step.name: step for step in REMAKE["STEPS"]}
Step = REMAKE["Step"]
#: It measures a rival and follows no number of patients.
MEASURES = {"docs/figures/tutorial_rival.py"}
WRITTEN_BY = re.compile(r"(?:by|[Ww]ritten by|:) `?(?:python )?((?:examples|docs/figures)/\w+\.py)")


def rests_on(name: str) -> set[str]:
    """Return all steps before one."""
    return {name}.union(*(rests_on(other) for other in STEPS[name].needs))


def test_steps_stand_in_order_and_their_programs_and_products_are_there() -> None:
    before: set[str] = set()
    for step in STEPS.values():
        assert {*step.needs} <= before, step.name
        before.add(step.name)
        for program in re.findall(r"\S+\.py", step.command):
            assert (ROOT / program).exists(), program
        for made in step.makes:
            assert (ROOT / made).exists(), made
    assert len(STEPS) == len(REMAKE["STEPS"])


def test_every_product_of_the_package_is_made_by_a_step() -> None:
    made = {f"remyelin rebuild {name}": path for name, (path, _) in BUILDERS.items()}
    steps = {step.command: step for step in STEPS.values() if "rebuild" in step.command}
    assert made.keys() == steps.keys()
    for command, path in made.items():
        assert [ROOT / place for place in steps[command].makes] == [path], command


def test_every_page_that_names_its_program_is_made_by_a_step() -> None:
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    found = [
        (page.relative_to(ROOT).as_posix(), program)
        for page in pages
        for line in page.read_text(encoding="utf-8").splitlines()
        if line.startswith(("<!--", "Written by"))
        for program in WRITTEN_BY.findall(line)
    ]
    assert {page for page, _ in found} >= {"README.md", "docs/trial.md", "docs/fit-proof.md", "docs/cases.md"}
    for page, program in found:
        assert any(program in step.command and page in step.makes for step in STEPS.values()), (page, program)
    drawn = {path.relative_to(ROOT).as_posix() for path in (ROOT / "docs" / "figures").glob("*.py")}
    for program in drawn - MEASURES:
        assert any(program in step.command for step in STEPS.values()), program


def test_two_steps_that_write_one_file_follow_each_other() -> None:
    for first in STEPS.values():
        for second in STEPS.values():
            if first.name < second.name and {*first.makes} & {*second.makes}:
                assert first.name in rests_on(second.name) or second.name in rests_on(first.name)


def test_what_rests_on_the_posterior_follows_the_central_set(capsys: pytest.CaptureFixture[str]) -> None:
    REMAKE["main"](["--list", "--from", "central"])
    listed = {line.split()[0] for line in capsys.readouterr().out.splitlines()[1:] if line[0] != " "}
    assert listed == {name for name in STEPS if "central" in rests_on(name)}
    assert {"association", "readme-trust", "series", "trials", "cases"} <= listed
    assert not listed & {"people", "rivals", "cobalamin", "tables", "schemas"}
    with pytest.raises(SystemExit, match="no step 'centre'"):
        REMAKE["main"](["--from", "centre"])


def test_steps_run_after_those_they_need_and_stop_at_a_failure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def wrote(name: str, *needs: str) -> object:
        code = f"import pathlib; pathlib.Path({str(tmp_path)!r}, {name!r}).write_text('')"
        there = "".join(f"; assert pathlib.Path({str(tmp_path)!r}, {other!r}).exists()" for other in needs)
        return Step(name, f'python -c "{code}{there}"', 1.0, needs)

    REMAKE["run"]([wrote("c", "a", "b"), wrote("a"), wrote("b", "a")], 2, tmp_path)
    said = capsys.readouterr().out
    assert re.findall(r"(\w) done", said) == ["a", "b", "c"]
    assert "100%  c done" in said
    broken = Step("x", "python -c \"raise SystemExit('no such file')\"", 1.0, ("a",))
    steps = [wrote("a"), broken, wrote("y", "x")]
    with pytest.raises(SystemExit, match=r"x failed. Go on with: python examples/remake.py --only x y$"):
        REMAKE["run"](steps, 2, tmp_path)
    assert "no such file" in capsys.readouterr().out
    assert not (tmp_path / "y").exists()
