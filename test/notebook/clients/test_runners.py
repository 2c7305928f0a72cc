"""nbclient and papermill run notebooks on our kernel."""

import pathlib
import subprocess
import sys

import nbformat
import papermill
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

ROOT = pathlib.Path(__file__).parents[3]
NOTEBOOKS = ROOT / "test" / "notebooks"
sys.path.insert(0, str(ROOT / "scripts"))
import papermill_typescript  # noqa: E402, F401


def run(name, **options):
    notebook = nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)
    NotebookClient(notebook, kernel_name="tslab", timeout=60, **options).execute(cwd=str(NOTEBOOKS))
    return notebook


def text(cell):
    return "".join(output.get("text", "") or output.get("data", {}).get("text/plain", "") for output in cell.outputs)


def test_nbclient_runs_a_notebook():
    assert text(run("runs-to-the-end").cells[2]) == "2"


def test_nbclient_keeps_twenty_thousand_lines():
    assert len(text(run("twenty-thousand-lines").cells[0]).splitlines()) == 20_000


@pytest.mark.parametrize("name", ["error-in-cell", "type-error", "error-after-await", "rejected-promise"])
def test_nbclient_sees_the_error(name):
    with pytest.raises(CellExecutionError) as caught:
        run(name)
    assert caught.value.ename in {"RangeError", "TypeScriptError", "Error"}
    assert caught.value.evalue


def test_nbclient_runs_the_cells_after_an_allowed_failure():
    notebook = run("allowed-failure")
    assert text(notebook.cells[1]) == "after"


def test_papermill_runs_with_parameters(tmp_path):
    output = tmp_path / "out.ipynb"
    values = {"horizon": 7, "grain": "event", "columns": ['a"b', "ä\n"], "limit": None, "verbose": True}
    notebook = papermill.execute_notebook(NOTEBOOKS / "parameters.ipynb", output, parameters=values, progress_bar=False)
    assert '"horizon":7,"grain":"event","columns":["a\\"b","ä\\n"]' in text(notebook.cells[3])


def test_papermill_reports_the_error(tmp_path):
    with pytest.raises(papermill.PapermillExecutionError) as caught:
        papermill.execute_notebook(NOTEBOOKS / "error-in-cell.ipynb", tmp_path / "out.ipynb", progress_bar=False)
    assert (caught.value.ename, caught.value.evalue) == ("RangeError", "5 is over 3")


def test_the_shim_is_a_command(tmp_path):
    output = tmp_path / "out.ipynb"
    command = [sys.executable, ROOT / "scripts" / "papermill_typescript.py", NOTEBOOKS / "parameters.ipynb", output, "-p", "horizon", "9"]
    subprocess.run(command, check=True, capture_output=True)
    assert '"horizon":9' in text(nbformat.read(output, as_version=4).cells[3])


def test_papermill_runs_our_output_again(tmp_path):
    ours = tmp_path / "ours.ipynb"
    command = ["node", ROOT / "bin" / "churn.js", "notebook", "run", NOTEBOOKS / "error-in-cell.ipynb", ours, "--quiet"]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 1
    notebook = nbformat.read(ours, as_version=4)
    nbformat.validate(notebook)
    with pytest.raises(papermill.PapermillExecutionError):
        papermill.execute_notebook(ours, tmp_path / "again.ipynb", progress_bar=False)
    again = nbformat.read(tmp_path / "again.ipynb", as_version=4)
    banners = [cell for cell in again.cells if "papermill-error-cell-tag" in cell.metadata.get("tags", [])]
    assert len(banners) == 2
