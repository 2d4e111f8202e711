"""Rewrite constraints.txt: resolve `.[dev]` afresh for each interpreter given, merge with markers.

Run by `make constraints`. Interpreters come oldest first; the last one speaks for later Pythons.
"""

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
HEADING = """\
# Every package of `permanence[dev]`, pinned. Written by `make constraints`; not edited by hand.
# Python 3.11 has the last Mesa that runs on it.
"""


def resolve(python: str) -> tuple[str, dict[str, str]]:
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([python, "-m", "venv", folder], check=True)
        venv_python = f"{folder}/bin/python"
        subprocess.run([venv_python, "-m", "pip", "install", "-qqU", "pip"], check=True)
        version = subprocess.check_output(
            [venv_python, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"], text=True
        ).strip()
        report = Path(folder, "report.json")
        pip = [venv_python, "-m", "pip", "install", "-qq", "--dry-run", "--report", str(report)]
        subprocess.run([*pip, f"{ROOT}[dev]"], check=True)
        found = [item["metadata"] for item in json.loads(report.read_text())["install"]]
    pins = {re.sub(r"[-_.]+", "-", item["name"]).lower(): item["version"] for item in found}
    pins.pop("permanence")
    return version, pins


def lines(package: str, versions: list[tuple[str, str | None]]) -> list[str]:
    """One line for a run of Pythons that agree, with a marker unless they all do."""
    runs: list[tuple[list[str], str | None]] = []
    for python, pin in versions:
        if runs and runs[-1][1] == pin:
            runs[-1][0].append(python)
        else:
            runs.append(([python], pin))
    out = []
    for i, (pythons, pin) in enumerate(runs):
        if pin is None:
            continue
        since = [f'python_version >= "{pythons[0]}"'] if i > 0 else []
        until = [f'python_version < "{runs[i + 1][0][0]}"'] if i + 1 < len(runs) else []
        marker = " and ".join(since + until)
        out.append(f"{package}=={pin}" + (f" ; {marker}" if marker else ""))
    return out


if __name__ == "__main__":
    resolved = [resolve(python) for python in sys.argv[1:]]
    packages = sorted({package for _, pins in resolved for package in pins})
    body = [
        line
        for package in packages
        for line in lines(package, [(python, pins.get(package)) for python, pins in resolved])
    ]
    (ROOT / "constraints.txt").write_text(HEADING + "\n".join(body) + "\n")
    print(f"constraints.txt: {len(packages)} packages for Python {[v for v, _ in resolved]}")
