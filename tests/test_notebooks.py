"""Notebooks run from top to bottom, through the public names only, and are kept without outputs."""

from __future__ import annotations

import ast
import shutil
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

import sim

NOTEBOOKS = sorted((Path(__file__).parent.parent / "notebooks").glob("*.ipynb"))
LONGEST_SECONDS = 300
ids = [path.stem for path in NOTEBOOKS]


def read(path):
    return nbformat.read(path, as_version=4)


def code_cells(path):
    return [cell for cell in read(path).cells if cell.cell_type == "code"]


def test_there_are_notebooks():
    assert NOTEBOOKS


@pytest.mark.parametrize("path", NOTEBOOKS, ids=ids)
def test_a_notebook_is_kept_without_outputs(path):
    for cell in code_cells(path):
        assert cell.outputs == []
        assert cell.execution_count is None
    nbformat.validate(read(path))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=ids)
def test_a_notebook_uses_public_names_only(path):
    for cell in code_cells(path):
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.Import):
                assert {name.name for name in node.names} <= {"sim"}
            if isinstance(node, ast.ImportFrom):
                assert node.module == "sim"
                assert {name.name for name in node.names} <= set(dir(sim))
            if isinstance(node, ast.Attribute):
                assert not node.attr.startswith("_")
                if isinstance(node.value, ast.Name) and node.value.id == "sim":
                    assert node.attr in dir(sim)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=ids)
def test_a_notebook_states_no_result_in_its_text(path):
    """Numbers in per cent or points are worked out by the cells, never typed beforehand."""
    for cell in read(path).cells:
        if cell.cell_type == "markdown":
            text = cell.source.replace("80 % interval", "").replace("90 %", "")
            assert " %" not in text
            assert " points" not in text


@pytest.mark.long
@pytest.mark.parametrize("path", NOTEBOOKS, ids=ids)
def test_a_notebook_runs_from_top_to_bottom(path, tmp_path):
    copy = Path(shutil.copy(path, tmp_path))
    notebook = read(copy)
    where = {"metadata": {"path": str(tmp_path)}}
    NotebookClient(
        notebook, timeout=LONGEST_SECONDS, kernel_name="python3", resources=where
    ).execute()
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    kinds = [output.output_type for cell in cells for output in cell.outputs]
    assert "error" not in kinds
    pages = [
        output.data.get("text/html", "")
        for cell in cells
        for output in cell.outputs
        if output.output_type == "execute_result"
    ]
    pictures = [page for page in pages if page.startswith("<img")]
    assert pictures
    assert all("Assumptions fitted to" in page.split(' src="')[0] for page in pictures)
