import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { PROJECT, writeKernelspec } from "../../src/notebook/lab-files.js";

const CLIENTS = fileURLToPath(new URL("clients", import.meta.url));
const VENV = join(PROJECT, ".workbench", "test-venv");
const ENABLE = `python3 -m venv ${VENV} && ${VENV}/bin/pip install -r test/notebook/clients/requirements.txt`;

const python = [process.env.CHURN_TEST_PYTHON, join(VENV, "bin", "python")].find(
  (path) => path !== undefined && existsSync(path) && hasClients(path),
);

function hasClients(path: string): boolean {
  return spawnSync(path, ["-c", "import jupyter_kernel_test, nbclient, papermill, pytest"]).status === 0;
}

if (!python && !process.env.CI) console.warn(`stock Jupyter clients are not tested; to test them: ${ENABLE}`);

for (const file of ["test_kernel.py", "test_messages.py", "test_runners.py", "test_stock_tslab.py"]) {
  it.skipIf(!python && !process.env.CI)(
    `stock clients find a kernel as it should be: ${file}`,
    { timeout: 600_000 },
    async () => {
      expect(python, `no Python with Jupyter clients: ${ENABLE}`).toBeDefined();
      const folder = await writeKernelspec();
      const env = { ...process.env, JUPYTER_PATH: folder, IPYTHONDIR: join(PROJECT, ".workbench", "ipython") };
      const { status, stdout } = spawnSync(python as string, ["-m", "pytest", "-q", "-p", "no:cacheprovider", file], {
        cwd: CLIENTS,
        encoding: "utf8",
        env,
      });
      expect(status, stdout).toBe(0);
      expect(stdout).toMatch(/\d+ passed/);
    },
  );
}
