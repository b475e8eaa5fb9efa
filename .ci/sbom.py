"""Write a software bill of materials of the packages installed here, as CycloneDX 1.5 JSON: ``.ci/sbom.py FILE``."""

from __future__ import annotations

import json
import re
import sys
from importlib.metadata import Distribution, distribution, requires


def needed(name: str) -> dict[str, Distribution]:
    """Return a package and everything it needs at run time, by normalised name."""
    found: dict[str, Distribution] = {}
    todo = [name]
    while todo:
        key = re.sub(r"[-_.]+", "-", todo.pop()).lower()
        if key in found:
            continue
        found[key] = distribution(key)
        for requirement in requires(key) or ():
            head, _, marker = requirement.partition(";")
            if "extra" in marker:
                continue
            other = re.match(r"[A-Za-z0-9._-]+", head.strip())
            try:
                if other is not None:
                    distribution(other[0])
                    todo.append(other[0])
            except ModuleNotFoundError:  # of another system or version of Python
                continue
    return found


def component(name: str, package: Distribution) -> dict[str, object]:
    """Describe one package."""
    about = package.metadata
    terms = about.get("License-Expression") or about.get("License") or ""
    found: dict[str, object] = {
        "type": "library",
        "bom-ref": f"pkg:pypi/{name}@{package.version}",
        "name": name,
        "version": package.version,
        "purl": f"pkg:pypi/{name}@{package.version}",
    }
    if terms and len(terms) < 80:
        found["licenses"] = [{"license": {"name": terms}}]
    return found


def main() -> None:
    """Write the file."""
    packages = needed("remyelin")
    own = component("remyelin", packages.pop("remyelin"))
    bill = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": {**own, "type": "application"}},
        "components": [component(name, packages[name]) for name in sorted(packages)],
    }
    with open(sys.argv[1], "w", encoding="utf-8") as file:
        json.dump(bill, file, indent=1)
        file.write("\n")
    print(f"{sys.argv[1]}: {len(packages)} packages")


if __name__ == "__main__":
    main()
