import { beforeEach, describe, expect, it, vi } from "vitest";
import { type GsObject, gsObject, metadata, refuse } from "../../../test/download/gs-object.js";
import { serve } from "../../../test/download/serve.js";
import { temporaryFolder } from "../../../test/download/temporary-folder.js";
import { download } from "../download.js";

const csv = (day: string) => `id,day,n\n1,${day},3\n2,${day},4\n`;
const object = (name: string, content = csv("2024-01-01"), generation = "1"): GsObject => ({
  name,
  content,
  generation,
});

let data_dir: string;
beforeEach(async () => {
  data_dir = await temporaryFolder();
  vi.stubEnv("GOOGLE_APPLICATION_CREDENTIALS", "");
  return () => vi.unstubAllEnvs();
});

/** A bucket of several objects, which lists two names a page. */
function bucket(objects: GsObject[]) {
  return serve((request, response) => {
    const url = new URL(request.url ?? "/", "http://stub");
    if (url.pathname !== "/storage/v1/b/logs/o") {
      const name = decodeURIComponent(url.pathname.split("/").at(-1) ?? "");
      const found = objects.find((each) => each.name === name);
      return found ? void gsObject(found)(request, response) : void refuse(response, 404, "Not Found", "notFound");
    }
    const prefix = url.searchParams.get("prefix") ?? "";
    const from = Number(url.searchParams.get("pageToken") ?? 0);
    const names = objects.filter(({ name }) => name.startsWith(prefix));
    const items = names.slice(from, from + 2).map(metadata);
    response.end(JSON.stringify({ items, ...(from + 2 < names.length ? { nextPageToken: String(from + 2) } : {}) }));
  });
}

const objects = () => [
  object("cdr/"),
  object("cdr/day=2024-01-02/a.csv", csv("2024-01-02")),
  object("cdr/day=2024-01-01/a.csv"),
  object("cdr/_SUCCESS", "x"),
  object("cdr/old/log[1].csv", csv("2023-01-01")),
  object("cdr/old/log1.csv", csv("2023-01-02")),
  object("cdr/none.csv", ""),
];

describe("many objects", () => {
  it("below a folder are listed page by page, and fetched; what is no log is left out", async () => {
    const { url } = await bucket(objects());
    const result = await download({ source: "gs://logs/cdr/", data_dir, endpoint: url });
    const names = ["day=2024-01-01/a.csv", "day=2024-01-02/a.csv", "old/log1.csv", "old/log[1].csv"];
    expect(result).toMatchObject({ rows: 8, files: { count: 4, new: names } });
    expect(result.left_out).toEqual([
      { name: "_SUCCESS", why: "its name begins with . or _" },
      { name: "none.csv", why: "empty" },
    ]);
  });

  it("that fit a pattern are fetched once; of a new generation only the new one is", async () => {
    const all = objects();
    const { url, requests } = await bucket(all);
    const get = () => download({ source: "gs://logs/cdr/day=*/*.csv", data_dir, endpoint: url });
    expect(await get()).toMatchObject({ rows: 4, up_to_date: false });
    const before = requests.length;
    expect(await get()).toMatchObject({ rows: 4, up_to_date: true });
    expect(requests).toHaveLength(before + 1);
    Object.assign(all[1], { content: csv("2024-01-03"), generation: "2" });
    expect((await get()).files).toMatchObject({ changed: ["day=2024-01-02/a.csv"], new: [] });
    expect(requests).toHaveLength(before + 4);
  });

  it("may be one: a name with letters of a pattern that an object has", async () => {
    const { url } = await bucket(objects());
    const result = await download({ source: "gs://logs/cdr/old/log[1].csv", data_dir, endpoint: url });
    expect(result.files).toMatchObject({ new: ["log[1].csv"] });
  });

  it("that do not exist are told with what there is", async () => {
    const { url } = await bucket(objects());
    await expect(download({ source: "gs://logs/cdr/old/x*.csv", data_dir, endpoint: url })).rejects.toMatchObject({
      code: "NOT_FOUND",
      message: expect.stringContaining("gs://logs/cdr/old/ has gs://logs/cdr/old/log1.csv"),
    });
  });
});
