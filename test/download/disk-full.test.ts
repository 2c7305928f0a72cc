import { execFileSync } from "node:child_process";
import { readdir } from "node:fs/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { download } from "../../src/download/download.js";
import { serve } from "./serve.js";
import { temporaryFolder } from "./temporary-folder.js";

const CSV = `id,day\n${"1,2021-01-01\n".repeat(300_000)}`;
const canMount = process.platform === "linux" && process.getuid?.() === 0;
if (!canMount)
  console.warn("a full disk is not tried: mounting a small one needs root (sudo npx vitest run test/download)");

/** A file system of 2 MB in memory, which ends with the test. */
async function smallDisk(): Promise<string> {
  const folder = await temporaryFolder();
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=2m", "tmpfs", folder]);
  onTestFinished(() => void execFileSync("umount", ["-l", folder]));
  return folder;
}

describe.skipIf(!canMount)("a disk that is too small", () => {
  it("is reported before the first byte when the server says how many there are", async () => {
    const data_dir = await smallDisk();
    const { url } = await serve(
      (_, response) => void response.writeHead(200, { "content-length": CSV.length }).end(CSV),
    );
    const failed = download({ source: `${url}/log.csv`, data_dir });
    await expect(failed).rejects.toThrow(
      /no space is left for .*: it needs 3\.9 MB, and .* has 2\.\d MB[\s\S]*data_dir/,
    );
    expect(await readdir(data_dir)).toEqual([]);
  });

  it("is reported when it is full, and what was written is removed", async () => {
    const data_dir = await smallDisk();
    const { url } = await serve((_, response) => void response.writeHead(200, { etag: '"v1"' }).end(CSV));
    const failed = download({ source: `${url}/log.csv`, data_dir });
    await expect(failed).rejects.toThrow(/no space is left[\s\S]*data_dir/);
    await expect(failed).rejects.toMatchObject({ code: "DOWNLOAD_FAILED" });
    expect(await readdir(data_dir)).toEqual([]);
  });

  it("is reported when the sample does not fit", async () => {
    const data_dir = await smallDisk();
    await expect(download({ source: "sample:?subscribers=5000&days=60", data_dir })).rejects.toThrow(
      /no space is left/,
    );
    expect(await readdir(data_dir)).toEqual([]);
  });
});
