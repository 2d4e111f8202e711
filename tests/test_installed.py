"""Installed from a wheel, or as a checkout, the command finds its scenarios from any folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from sim.scenario import load_scenario, scenario_names, shipped_folder

pytestmark = pytest.mark.slow

CHECKOUT = Path(__file__).resolve().parent.parent
WHERE = "import sim, sim.scenario; print(sim.__file__); print(sim.scenario.shipped_folder())"


def ran(*command: str | Path, folder: Path) -> str:
    """Return what a command prints that is expected to go well."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env={**plain, "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the checkout without the network."""
    assert (CHECKOUT / "pyproject.toml").is_file(), "the tests run beside what they test"
    folder = tmp_path_factory.mktemp("wheel")
    build = (sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder)
    ran(*build, CHECKOUT, folder=folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def scripts(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The scripts of a fresh environment that has the wheel, and this one's other packages."""
    folder = tmp_path_factory.mktemp("installed") / "venv"
    ran(sys.executable, "-m", "venv", "--without-pip", folder, folder=folder.parent)
    found = folder / ("Scripts" if os.name == "nt" else "bin")
    install = ("-m", "pip", "--python", found / "python", "--disable-pip-version-check", "install")
    ran(sys.executable, *install, "--no-deps", "--no-index", wheel, folder=folder.parent)
    # A .pth line adds a folder of packages without reading the .pth files in it, so the editable
    # install of this environment stays out of sight.
    site = ran(
        found / "python",
        "-c",
        "import sysconfig; print(sysconfig.get_path('purelib'))",
        folder=folder.parent,
    ).strip()
    lines = dict.fromkeys((sysconfig.get_path("purelib"), sysconfig.get_path("platlib")))
    (Path(site) / "packages-of-the-tests.pth").write_text("\n".join(lines) + "\n")
    return found


def test_the_wheel_holds_package_data_and_scenarios_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert {f"sim/_scenarios/{name}.toml" for name in scenario_names()} <= set(names)
    for table in (CHECKOUT / "sim" / "data").iterdir():
        if table.suffix in (".csv", ".md"):
            assert f"sim/data/{table.name}" in names
    metadata = [name for name in names if ".dist-info/" in name]
    assert all(name.startswith("sim/") for name in names if name not in metadata)
    assert {Path(name).name for name in metadata} >= {"LICENSE", "LICENSE-DATA.md"}


def test_the_installed_command_finds_its_scenarios_from_an_unrelated_folder(
    scripts: Path, tmp_path: Path
) -> None:
    package, scenarios = ran(scripts / "python", "-c", WHERE, folder=tmp_path).splitlines()
    assert Path(package).is_relative_to(scripts.parent), "the wheel, not the checkout, is meant"
    assert Path(scenarios) == Path(package).parent / "_scenarios"
    listed = ran(scripts / "permanence", "scenario", "list", "--json", folder=tmp_path)
    assert {one["name"]: one["fingerprint"] for one in json.loads(listed)} == {
        name: load_scenario(name).fingerprint() for name in scenario_names()
    }
    said = ran(scripts / "permanence", "scenario", "check", "baseline", folder=tmp_path)
    assert said.startswith("baseline: valid")


def test_the_installed_command_runs(scripts: Path, tmp_path: Path) -> None:
    small = ("--runs", "2", "--years", "1", "--json")
    found = ran(scripts / "permanence", "run", "no-cap", *small, "--jobs", "2", folder=tmp_path)
    here = ran(
        *(sys.executable, "-m", "sim", "run", "no-cap", *small, "--jobs", "1"), folder=tmp_path
    )
    assert json.loads(found) == json.loads(here)
    assert list(tmp_path.iterdir()) == []


def test_the_checkout_finds_its_scenarios_from_an_unrelated_folder(tmp_path: Path) -> None:
    package, scenarios = ran(sys.executable, "-c", WHERE, folder=tmp_path).splitlines()
    assert Path(scenarios) == shipped_folder()
    if Path(package).is_relative_to(CHECKOUT):
        assert Path(scenarios) == CHECKOUT / "scenarios"
    said = ran(sys.executable, "-m", "sim", "scenario", "list", folder=tmp_path)
    for name in scenario_names():
        assert name in said
