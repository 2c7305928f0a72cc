import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { removeDeadParts } from "./dead-parts.js";

it("takes away what killed writers of a file have left, and nothing of others", async () => {
  const folder = mkdtempSync(join(tmpdir(), "churn-parts-"));
  try {
    const own = `out.ipynb.${process.pid}-0.part`;
    const others = ["out.ipynb", "out.ipynb.999999-1.part", own, "other.ipynb.999999-1.part", "out.ipynb.x.part"];
    for (const name of others) writeFileSync(join(folder, name), "");
    await removeDeadParts(join(folder, "out.ipynb"));
    expect(readdirSync(folder).sort()).toEqual(
      ["other.ipynb.999999-1.part", "out.ipynb", own, "out.ipynb.x.part"].sort(),
    );
    await removeDeadParts(join(folder, "gone", "out.ipynb"));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
