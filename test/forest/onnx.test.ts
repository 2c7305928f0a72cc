import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const SCRIPT = fileURLToPath(new URL("../fixtures/forest/check_models.py", import.meta.url));
const VENV = fileURLToPath(new URL("../../.workbench/test-venv", import.meta.url));
const ENABLE = `python3 -m venv ${VENV} && ${VENV}/bin/pip install -r test/fixtures/forest/requirements.txt`;

const python = [process.env.CHURN_TEST_PYTHON, `${VENV}/bin/python`].find(
  (path) => path !== undefined && existsSync(path) && hasRuntime(path),
);

function hasRuntime(path: string): boolean {
  return spawnSync(path, ["-c", "import onnx, onnxruntime, shap"]).status === 0;
}

if (!python && !process.env.CI) console.warn(`ONNX files are not run in onnxruntime; to run them: ${ENABLE}`);

it.skipIf(!python && !process.env.CI)(
  "onnxruntime gives the scores and labels of our models on 10,000 rows, and the package shap their Shapley values",
  { timeout: 600_000 },
  () => {
    expect(python, `no Python with onnxruntime: ${ENABLE}`).toBeDefined();
    const { status, stdout, stderr } = spawnSync(python as string, [SCRIPT], { encoding: "utf8" });
    expect(status, stdout + stderr).toBe(0);
    // every kind of model in both precisions, the command among them
    expect(stdout.match(/^onnx .* flips 0/gm)?.length).toBeGreaterThanOrEqual(22);
  },
);
