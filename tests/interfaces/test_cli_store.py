"""`permanence store`: what lies in a folder, and what of it is deleted."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from sim.ensemble.stamp import stamp_of_this_code
from sim.ensemble.store import BLOCK, RunStore
from sim.studies.coalition.method.game import COALITIONS_FOLDER, own_stamp
from tests.ensemble.many_runs import block, filled
from tests.interfaces.command import files_in, permanence, too_wide
from tests.interfaces.made_results import SMALL, copied, made_run

pytestmark = pytest.mark.slow

OTHER = "0.2.0.dev0-0123456789abcdef-fedcba9876543210"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A result with a shadow, and a copy of its runs under another stamp."""
    folder = tmp_path_factory.mktemp("run") / "result"
    made_run(folder, "--explain-variance")
    runs = folder / "runs"
    shutil.copytree(runs / str(stamp_of_this_code()), runs / OTHER)
    return folder


def listed(folder: Path) -> list[dict[str, Any]]:
    answer = permanence("store", "list", str(folder), "--json")
    assert answer.code == 0
    found: list[dict[str, Any]] = json.loads(answer.out)["kept"]
    return found


def test_runs_are_listed_by_scenario_role_and_stamp(made: Path) -> None:
    mine = str(stamp_of_this_code())
    told = {(one["stamp"], one["role"]): one for one in listed(made)}
    assert set(told) == {(stamp, role) for stamp in (mine, OTHER) for role in ("main", "shadow")}
    for (stamp, _), one in told.items():
        assert (one["scenario"], one["count"]) == ("baseline", 2)
        assert one["is_this_codes"] == (stamp == mine)
        assert one["bytes"] > 1000
    answer = permanence("store", "list", str(made))
    assert too_wide(answer.out) == []
    assert "4 runs of another stamp: not used." in answer.out
    assert listed(made.parent) == listed(made)


def test_only_runs_of_other_stamps_are_deleted(made: Path, tmp_path: Path) -> None:
    folder = copied(made, tmp_path / "result")
    before = files_in(folder)
    dry = permanence("store", "prune", str(folder), "--dry-run")
    assert "4 runs of another stamp would be deleted" in " ".join(dry.out.split())
    assert files_in(folder) == before
    done = permanence("store", "prune", str(folder))
    assert "4 runs of another stamp deleted" in " ".join(done.out.split())
    after = files_in(folder)
    assert {name for name in before if name not in after and before[name]} == {
        name for name in before if OTHER in name and before[name]
    }
    assert not (folder / "runs" / OTHER).exists()
    again = permanence("store", "prune", str(folder))
    assert "nothing to delete" in " ".join(again.out.split())
    assert permanence("verify", str(folder), "--jobs", "1", "--quiet").code == 0


def test_runs_in_blocks_are_counted(tmp_path: Path) -> None:
    filled(tmp_path, BLOCK + 2)
    RunStore(tmp_path).gather(block())
    (one,) = listed(tmp_path)
    assert one["count"] == BLOCK + 2


def test_what_is_no_folder_is_refused(made: Path, tmp_path: Path) -> None:
    for word in ("list", "prune"):
        for place in (tmp_path / "gone", made / "manifest.json"):
            answer = permanence("store", word, str(place))
            assert answer.code == 2
            assert answer.err.count("\n") == 1
    told = permanence("store", "list", str(tmp_path))
    assert "nothing is kept" in " ".join(told.out.split())


@pytest.mark.slow
def test_coalitions_are_kept_under_a_stamp_of_their_own(tmp_path: Path) -> None:
    """A game's coalitions under other code are neither served nor left unsaid."""
    folder = tmp_path / "kept"
    typed = ("coalition", "pan-london-cap", *SMALL, "--alone", "--out", str(folder))
    first = permanence(*typed)
    assert (first.code, first.err) == (0, "")
    kept = folder / COALITIONS_FOLDER
    (below,) = kept.iterdir()
    assert below.name == str(own_stamp())
    assert all(one["is_this_codes"] for one in listed(folder))
    count = len(list(below.iterdir()))
    below.rename(kept / OTHER)
    again = permanence(*typed)
    assert f"{count} coalitions there are of another stamp" in again.err
    assert len(list((kept / str(own_stamp())).iterdir())) == count
    assert again.out == first.out
    pruned = permanence("store", "prune", str(folder))
    assert f"{count} coalitions of another stamp" in " ".join(pruned.out.split())
    assert [path.name for path in kept.iterdir()] == [str(own_stamp())]
