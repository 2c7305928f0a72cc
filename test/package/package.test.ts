import { execFileSync, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const script = fileURLToPath(new URL("try-package.sh", import.meta.url));
// a package of ours that any registry has
const view = ["view", "fflate", "version", "--fetch-retries=0", "--fetch-timeout=10000"];
const hasRegistry = spawnSync("npm", view, { stdio: "ignore" }).status === 0;
if (!hasRegistry)
  console.warn(`skipped: the installation of the packed library, as npm reaches no registry; ${script} tries it`);

it.runIf(hasRegistry)(
  "the packed library installs in an empty project, and its entries, its command and its kernel work there",
  () => {
    const said = execFileSync("bash", [script], { encoding: "utf8" });
    expect(said).toContain("entries: function function function function function function function");
    expect(said).toContain("forest: 200");
    expect(said).toContain("npm install tslab zeromq");
    expect(said).toContain("cell: function function");
    expect(Number(/megabytes: (\d+)/.exec(said)?.[1])).toBeLessThan(250);
  },
  600_000,
);
