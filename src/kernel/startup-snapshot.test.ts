import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { fingerprint, readStamp, stampPath } from "./startup-snapshot.js";

const folder = mkdtempSync(join(tmpdir(), "churn-snapshot-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A file of a megabyte that a build has stamped. */
function stamped(name: string): string {
  const blob = join(folder, name);
  writeFileSync(blob, Buffer.alloc(2 ** 20, name));
  writeFileSync(stampPath(blob), JSON.stringify({ sources: "of the build", blob: fingerprint(blob) }));
  return blob;
}

describe("the stamp of a start-up snapshot", () => {
  it("says what a whole one was made from", () => {
    expect(readStamp(stamped("whole"))?.sources).toBe("of the build");
  });

  it("is not given for one that was cut off, nor for another file of the same size", () => {
    const cut = stamped("cut");
    truncateSync(cut, 2 ** 19);
    expect(readStamp(cut)).toBeUndefined();
    const foreign = stamped("foreign");
    writeFileSync(foreign, Buffer.alloc(2 ** 20, "other"));
    expect(readStamp(foreign)).toBeUndefined();
  });

  it("is not given where there is none", () => {
    const blob = join(folder, "bare");
    writeFileSync(blob, "");
    expect(readStamp(blob)).toBeUndefined();
    expect(readStamp(join(folder, "nothing"))).toBeUndefined();
  });
});
