"""Answers as JSON on standard output."""

from __future__ import annotations

import json
import math
from typing import Any

import typer


def print_json(content: Any) -> None:
    """Print JSON in which what is not finite is null."""
    typer.echo(json.dumps(finite(content), indent=2, ensure_ascii=False))


def finite(content: Any) -> Any:
    """Return what JSON may hold: null in place of what is not finite."""
    if isinstance(content, float):
        return content if math.isfinite(content) else None
    if isinstance(content, dict):
        return {key: finite(value) for key, value in content.items()}
    if isinstance(content, list):
        return [finite(value) for value in content]
    return content
