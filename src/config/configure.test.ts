import { mkdirSync, mkdtempSync, realpathSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { configure } from "./configure.js";

let root: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "config-")));
  mkdirSync(join(root, "notebooks"));
  mkdirSync(join(root, "data"));
});

const write = (name: string, content: unknown) =>
  writeFileSync(join(root, name), typeof content === "string" ? content : JSON.stringify(content));
const from = (env: Record<string, string> = {}, cwd = root) => ({ env, cwd });

describe("configure", () => {
  it("lets the environment win over the file, and the call over both", () => {
    write("churn.config.json", { features: { horizon: 10, windows: [5] }, stream: { interval: 1 } });
    const settings = configure(
      { stream: { interval: 3 } },
      from({ CHURN_FEATURES_HORIZON: "20", CHURN_STREAM_INTERVAL: "2" }),
    );
    expect(settings.features).toMatchObject({ windows: [5], horizon: 20, set: "standard" });
    expect(settings.stream.interval).toBe(3);
    const origin = (key: string) => settings.values.find((value) => `${value.section}.${value.key}` === key)?.from;
    expect(origin("features.horizon")).toBe("CHURN_FEATURES_HORIZON");
    expect(origin("features.windows")).toContain("churn.config.json");
    expect(origin("features.set")).toBe("default");
  });

  it("hands a key beside the sections to every stage that has it, and lets a section's own win", () => {
    write("churn.config.json", { source: "https://example.org/log.csv", seed: 7, train: { seed: 9 } });
    const settings = configure({}, from());
    expect(settings.download.source).toBe("https://example.org/log.csv");
    expect(settings.load.source).toBe("https://example.org/log.csv");
    expect([settings.stream.seed, settings.train.seed]).toEqual([7, 9]);
    expect(configure({}, from({ CHURN_SEED: "8", CHURN_TRAIN_SEED: "3" })).train.seed).toBe(3);
  });

  it("resolves paths of a file from its folder, defaults from the project's root, wherever it is called", () => {
    write("churn.config.json", {});
    write("data/log.config.json", { source: "log.csv.gz", store: { path: "log.duckdb" }, output_dir: "../output/log" });
    const settings = configure({ config: "data/log.config.json" }, from({}, join(root, "notebooks")));
    expect(settings.root).toBe(root);
    expect(settings.download.source).toBe(join(root, "data/log.csv.gz"));
    expect(settings.store.path).toBe(join(root, "data/log.duckdb"));
    expect(settings.monitor.output_dir).toBe(join(root, "output/log"));
    expect(settings.download.data_dir).toBe(join(root, "data"));
    expect(configure({}, from()).download.source).toBe("sample:");
  });

  it("resolves the sources of files beside the log from its folder too", () => {
    write("churn.config.json", {});
    const attributes = { source: "customers.csv", subscriber: "id" };
    write("data/log.config.json", {
      load: { attributes, churned: { source: "../left.csv", subscriber: "id", day: "on" } },
    });
    const { load } = configure({ config: "data/log.config.json" }, from());
    expect(load.attributes?.source).toBe(join(root, "data/customers.csv"));
    expect(load.churned?.source).toBe(join(root, "left.csv"));
  });

  it("resolves the path of a file beside the log in the same way, wherever it is named", () => {
    const attributes = { source: "customers.csv", subscriber: "id" };
    write("data/log.config.json", {
      attributes,
      load: { churned: { source: "gs://b/l.csv", subscriber: "id", day: "d" } },
    });
    const { load } = configure({ config: "data/log.config.json" }, from());
    expect(load.attributes).toMatchObject({
      source: join(root, "data/customers.csv"),
      subscriber: "id",
      columns: null,
    });
    expect(load.churned?.source).toBe("gs://b/l.csv");
    write("data/log.config.json", { attributes: { ...attributes, colums: ["plan"] } });
    expect(() => configure({ config: "data/log.config.json" }, from())).toThrow(
      /option "load.attributes".*"colums"[\s\S]*object: source, subscriber, columns, valid_from/,
    );
  });

  it("names an unknown key with file and nearest key, a wrong value with what is taken", () => {
    write("churn.config.json", { features: { horizn: 3 } });
    expect(() => configure({}, from())).toThrow(
      /unknown option "features.horizn" in .*churn.config.json[\s\S]*"features.horizon"/,
    );
    write("churn.config.json", { featurs: { horizon: 3 } });
    expect(() => configure({}, from())).toThrow(/unknown option "featurs"[\s\S]*"features"/);
    write("churn.config.json", { features: { horizon: "soon" } });
    expect(() => configure({}, from())).toThrow(
      /"features.horizon" \(.*churn.config.json\) cannot be "soon"[\s\S]*whole number ≥ 1/,
    );
    write("churn.config.json", "{ nope");
    expect(() => configure({}, from())).toThrow(/churn.config.json is not JSON/);
    expect(() => configure({ config: "other.json" }, from())).toThrow(/other.json cannot be read: no such file/);
    write("churn.config.json", {});
    expect(() => configure({}, from({ CHURN_FEATURES_HORIZN: "3" }))).toThrow(
      /CHURN_FEATURES_HORIZN[\s\S]*CHURN_FEATURES_HORIZON/,
    );
    expect(() => configure({}, from({ CHURN_FEATURES_HORIZON: "soon" }))).toThrow(
      /CHURN_FEATURES_HORIZON\) cannot be "soon"/,
    );
  });
});

it("names that every object has are unknown keys as all others are", () => {
  for (const key of ["constructor", "toString", "__proto__"]) {
    write("churn.config.json", `{"${key}": {"a": 1}}`);
    expect(() => configure({}, from()), key).toThrow(/unknown option/);
  }
});
