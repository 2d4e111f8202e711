"""Keep what git does not know out of the source distribution. Run by hatchling."""

import re
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

LISTED = ("ls-files", "--others", "--directory", "-z")
SPECIAL = re.compile(r"([\\*?\[\]!# ])")
"""Signs that mean something in a pattern of names."""


class CustomBuildHook(BuildHookInterface):
    """Excludes every file that is not tracked; where there is no checkout, none is."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the untracked files to what is excluded."""
        root = Path(self.root)
        if not (root / ".git").exists():
            return
        listed = subprocess.run(
            ["git", *LISTED], cwd=root, capture_output=True, check=True, encoding="utf-8"
        )
        untracked = [SPECIAL.sub(r"\\\1", name) for name in listed.stdout.split("\0") if name]
        config = self.build_config
        config.target_config.setdefault("exclude", []).extend(f"/{name}" for name in untracked)
        vars(config).pop("exclude_spec", None)  # which may have been worked out before
