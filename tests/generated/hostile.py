"""Input that nobody should send: damaged files, impossible places, odd bytes, names without end, wrong types."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import tomli_w
import valid

ODD = (
    "",
    " ",
    ".",
    "..",
    "/",
    "-",
    "--",
    "\x00x".replace("\x00", ""),
    "x" * 5000,
    "\x1b[31m",
    "[/]",
    "[bold]",
    "‮abc",
    "ü" * 300,
)
ODD += (
    "nan",
    "inf",
    "-1",
    "1e999",
    "9" * 5000,
    "a/b/c",
    "../../etc/passwd",
    "/dev/full",
    "/proc/self/mem",
    "none.toml",
    "\udcff",
)
COMMANDS = (
    "run",
    "cases",
    "new",
    "check",
    "claims",
    "evidence",
    "cohort",
    "validate",
    "experiment",
    "serve",
    "bench",
)
COMMANDS += ("export", "rebuild", "doctor", "rum", "", "symptoms", "fit", "trial")
OPTIONS = (
    "--out",
    "--set",
    "--json",
    "--to",
    "--export",
    "--search",
    "--persons",
    "--workers",
    "--cluster",
    "--resume",
)
OPTIONS += (
    "--port",
    "--host",
    "--confirmed",
    "--draws",
    "--exact",
    "--name",
    "--reports",
    "--oot",
    "--help",
    "--ask",
)
#: Long when they are let go; those are tested elsewhere.
SLOW = {
    ("claims",),
    ("validate",),
    ("bench",),
    ("rebuild",),
    ("serve",),
    ("cases", "--compare"),
    ("experiment",),
}


def text(rng: random.Random) -> str:
    """The text of a file, damaged."""
    good = rng.choice([lambda: tomli_w.dumps(valid.case(rng)), lambda: valid.check(rng), lambda: "[" * 200])()
    kind = rng.randrange(9)
    place = rng.randrange(len(good) + 1)
    if kind == 0:
        return good[:place]
    if kind == 1:
        return good[:place] + rng.choice(ODD) + good[place:]
    if kind == 2:
        return good.replace('"', "", rng.randrange(1, 4))
    if kind == 3:
        return good.replace(" y", rng.choice([" kg", "", " years", " Y", " y y"]))
    if kind == 4:
        return good + rng.choice(
            ["\nunknown = 1\n", "\n[person]\n", "\nname = 3\n", "\n[[cause]]\n", "a.b." * 300 + "c = 1"]
        )
    if kind == 5:
        return rng.choice(
            ["", "\ufeff", "\r\n", "x = " + "[" * 3000 + "]" * 3000, "x = " + "{a=" * 900, "null", "[]", "{}"]
        )
    if kind == 6:
        return json.dumps(
            {"resourceType": rng.choice(["Bundle", "X", 3]), "entry": rng.choice([[], {}, [None], "x"])}
        )
    if kind == 7:
        return good.replace("0", rng.choice(["-", "1e400", "nan", "0.0.0", "9" * 400]), 2)
    return "".join(chr(rng.randrange(1, 0x2FFF)) for _ in range(200))


def files(folder: Path, rng: random.Random, count: int) -> list[str]:
    """Write damaged files; return their names with those of other things that are no case."""
    names = []
    for number in range(count):
        ending = rng.choice(["toml", "toml", "toml", "json", "xml", "ndjson", "csv"])
        name = f"f{number}.{ending}"
        data = text(rng).encode("utf-8", "surrogateescape" if rng.random() < 0.9 else "replace")
        if rng.random() < 0.1:
            data = bytes(rng.randrange(256) for _ in range(100))
        (folder / name).write_bytes(data)
        names.append(name)
    (folder / "directory").mkdir()
    (folder / "precious").mkdir()
    (folder / "precious" / "mine.txt").write_text("mine")
    (folder / "dangling").symlink_to("nothing")
    (folder / "circle").symlink_to("circle")
    (folder / "noread.toml").write_text("x")
    (folder / "noread.toml").chmod(0)
    return [*names, "directory", "precious", "dangling", "circle", "noread.toml"]


def arguments(rng: random.Random, names: list[str]) -> list[str]:
    """A command line that is wrong, or as good as."""
    while True:
        command = rng.choice(COMMANDS)
        rest: list[str] = []
        if command == "fit":  # what is a record after all takes minutes
            rest.append(rng.choice([*names[-5:], *ODD]))
        elif command in ("run", "check", "cohort", "export", "new", "symptoms") and rng.random() < 0.9:
            rest.append(rng.choice([*names, *names, *ODD]))
        for _ in range(rng.randrange(3)):
            rest.append(rng.choice(OPTIONS))
            if rng.random() < 0.7:
                rest.append(
                    rng.choice([*names, *ODD, "prior.weight=70", "sbml", "local:0", "0.0.0.0", "x=y", "b12"])
                )
        rest = [item for item in rest if "\x00" not in item]
        first = [item for item in rest if not item.startswith("--")]
        if command in ("claims", "validate", "bench", "rebuild", "experiment", "trial"):
            # only with a name that there is not: computing all of them takes minutes
            rest = [
                rng.choice(["no-such-name", "x" * 3000, "[/]", "\x1b[2J"]),
                *(item for item in rest if item != "--out"),
            ]
        if command == "serve":
            rest = [
                *rest,
                "--host",
                rng.choice(["", " ", "0.0.0.0", "::", "x" * 400, "no.such.host.invalid", "ü"]),
            ]
        if command == "cohort" and not (first and first[0] in names):
            rest = ["no-such-population", *rest]
        return [command, *rest]


def request(rng: random.Random) -> tuple[str, str, bytes, dict[str, str]]:
    """A request that is wrong: method, path, body, headers."""
    method, path, body = valid.requests(rng)
    headers = {
        "content-type": rng.choice(["application/json", "application/json", "text/plain", "", "x" * 300])
    }
    data: Any = body if body is not None else {}
    for _ in range(rng.randrange(1, 3)):
        data = harmed(rng, data)
    content = json.dumps(data).encode()
    kind = rng.randrange(8)
    if kind == 0:
        content = content[: rng.randrange(len(content) + 1)]
    elif kind == 1:
        content = rng.choice([b"", b"\xff\xfe", b"[" * 20_000, b'{"case":' * 3000, b"nan", b'{"a":1,"a":2}'])
    elif kind == 2:
        path = rng.choice(
            ["/api/none", "/%2e%2e/x", "/api/reports/" + "0" * 24 + "/report.html", "/api/" + "x" * 3000]
        )
    elif kind == 3:
        method = rng.choice(["PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "TRACE"])
    elif kind == 4:
        headers["host"] = rng.choice(["evil.example", "", "127.0.0.1.evil", "[::1", "x" * 300])
    elif kind == 5:
        headers["origin"] = rng.choice(["http://evil.example", "null", "http://[", ""])
    return method, path, content, headers


def harmed(rng: random.Random, data: Any) -> Any:
    """Plain data with one thing in it replaced by something else."""
    if isinstance(data, dict) and data and rng.random() < 0.85:
        key = rng.choice(list(data))
        if rng.random() < 0.1:
            return {
                **{k: v for k, v in data.items() if k != key},
                rng.choice(["x", "", "__proto__", key + "2"]): 1,
            }
        return {**data, key: harmed(rng, data[key])}
    if isinstance(data, list) and data and rng.random() < 0.8:
        index = rng.randrange(len(data))
        return [*data[:index], harmed(rng, data[index]), *data[index + 1 :]]
    return rng.choice(
        [
            None,
            True,
            -1,
            0,
            1e300,
            -0.0,
            10**30,
            "",
            "x" * 3000,
            "\ud800",
            "\x1b[31m",
            [],
            {},
            [[]],
            [data] * 300,
            "-5 y",
            "1e308 y",
            "nan y",
            "0 d",
            "57 y",
            {"$ref": "#"},
            "9" * 400,
        ]
    )
