"""The six notebooks of the project run on a stock tslab too, one after another, as a person runs them who has no other kernel."""

import json
import os
import pathlib
import shutil

import nbformat
import pytest
from jupyter_client.kernelspec import KernelSpecManager
from nbclient import NotebookClient

ROOT = pathlib.Path(__file__).parents[3]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A kernelspec of the stock kernel, and a small log to work on."""
    folder = tmp_path_factory.mktemp("project")
    spec = folder / "jupyter" / "kernels" / "stock"
    spec.mkdir(parents=True)
    tslab = str(ROOT / "node_modules" / "tslab" / "bin" / "tslab")
    argv = [shutil.which("node"), tslab, "kernel", "--config-path", "{connection_file}"]
    (spec / "kernel.json").write_text(json.dumps({"argv": argv, "display_name": "stock", "language": "typescript"}))
    config = {"source": "sample:?subscribers=1500&days=120", "stream": {"num_batches": 12, "interval": 0}}
    (folder / "churn.config.json").write_text(json.dumps(config))
    before = dict(os.environ)
    os.environ.update(JUPYTER_PATH=str(folder / "jupyter"), CHURN_ROOT=str(folder))
    assert "stock" in KernelSpecManager().find_kernel_specs()
    yield folder
    os.environ.clear()
    os.environ.update(before)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_of_the_project_runs(project, path):
    notebook = nbformat.read(path, as_version=4)
    # the package is found from the folder of the notebooks
    NotebookClient(notebook, kernel_name="stock", timeout=600).execute(cwd=str(ROOT / "notebooks"))
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    outputs = [output for cell in code for output in cell.outputs]
    assert not [output for output in outputs if output.output_type == "error"]
    # stock tslab reports a failure by text alone
    assert not [output for output in outputs if output.output_type == "stream" and output.name == "stderr"]
    shown = [output.data for output in outputs if output.output_type == "display_data"]
    assert [data for data in shown if "text/html" in data]
    charts = [data for data in shown if "image/svg+xml" in data or "application/vnd.plotly.v1+json" in data]
    assert charts, "no chart"
