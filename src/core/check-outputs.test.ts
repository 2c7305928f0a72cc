import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { checkOutputs } from "./check-outputs.js";

const folder = mkdtempSync(join(tmpdir(), "churn-outputs-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (...parts: string[]) => join(folder, ...parts);

it("refuses an output that is an input, by whichever way it is named, and two outputs in one place", () => {
  writeFileSync(at("in.csv"), "x");
  mkdirSync(at("sub"));
  symlinkSync(at("in.csv"), at("link.csv"));
  linkSync(at("in.csv"), at("hard.csv"));
  symlinkSync(folder, at("sub", "up"));
  for (const output of ["in.csv", "sub/../in.csv", "link.csv", "hard.csv", "sub/up/in.csv"]) {
    expect(() => checkOutputs([at("in.csv")], [undefined, `${folder}/${output}`]), output).toThrow(
      /the output is the input/,
    );
  }
  expect(() => checkOutputs([], [at("new.csv"), at("sub", "up", "new.csv")])).toThrow(/two outputs are one file/);
  expect(() => checkOutputs([at("in.csv")], [at("new", "a.csv"), at("new", "b.csv")])).not.toThrow();
  expect(() => checkOutputs(["https://a/b.csv"], [at("b.csv")])).not.toThrow();
});
