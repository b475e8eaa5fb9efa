"""Compiled templates are kept: found again, never mistaken, never in the way."""

from __future__ import annotations

from pathlib import Path

import jinja2
import pytest

from remyelin.output.pages import templates


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(templates, "template", templates.template.__wrapped__)
    return tmp_path / "remyelin" / "pages"


def compiled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the names of templates that are compiled from now on."""
    names: list[str] = []
    compile_ = jinja2.Environment.compile

    def count(self: jinja2.Environment, source: str, name: str, *rest: object) -> object:
        names.append(name)
        return compile_(self, source, name, *rest)

    monkeypatch.setattr(jinja2.Environment, "compile", count)
    return names


def test_a_template_is_compiled_once_and_a_damaged_one_again(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = compiled(monkeypatch)
    templates.template("report")
    templates.template("report")
    assert names == ["report.html.j2"]
    (kept,) = cache.iterdir()
    whole = kept.read_bytes()
    for content in (b"", b"nothing", whole[: len(whole) // 2]):
        kept.write_bytes(content)
        templates.template("report")
        assert names.pop() == "report.html.j2"
        assert kept.read_bytes() == whole
    assert names == ["report.html.j2"]


def test_without_a_place_to_keep_them_templates_are_compiled(cache: Path, tmp_path: Path) -> None:
    (tmp_path / "remyelin").write_text("a file where the folder should be")
    assert templates.template("report").name == "report.html.j2"
    assert not cache.exists()


def test_units_in_the_text_of_a_page_are_printed_and_drawings_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    text = '<p>10 um at 37 C, 2.5 uF/cm2, 5 mg of us</p><path d="M1 20 C 3 4 um"/>'
    monkeypatch.setattr(templates, "template", lambda _: jinja2.Template(text))
    assert templates.page("any") == text.replace("10 um at 37 C, 2.5 uF", "10 µm at 37 °C, 2.5 µF", 1)
