"""List what Permanence needs to run: version and licence of each. Run by `make licences`."""

import re
from importlib.metadata import PackageNotFoundError, distribution

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
EXTRA = re.compile(r"extra\s*==")


def licence_of(package: str) -> str:
    """Return a package's licence as it states it, in a few words."""
    about = distribution(package).metadata
    said = about.get("License-Expression") or ""
    classified = [
        line.rpartition(" :: ")[2]
        for line in about.get_all("Classifier") or ()
        if line.startswith("License ::")
    ]
    return said or ", ".join(classified) or (about.get("License") or "not said").splitlines()[0]


def needed_by(package: str) -> list[str]:
    """Return the packages that one needs, those it only offers left out."""
    wanted = distribution(package).requires or []
    return [NAME.match(line)[0] for line in wanted if not EXTRA.search(line)]


def main() -> None:
    waiting, found = ["permanence"], {}
    while waiting:
        package = re.sub(r"[-_.]+", "-", waiting.pop()).lower()
        if package in found:
            continue
        try:
            found[package] = (distribution(package).version, licence_of(package))
        except PackageNotFoundError:
            continue  # for another system or Python than this
        waiting += needed_by(package)
    for package, (version, licence) in sorted(found.items()):
        print(f"{package:24} {version:14} {licence}")


if __name__ == "__main__":
    main()
