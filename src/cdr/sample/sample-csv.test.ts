import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { dateOf } from "../../core/days.js";
import { CDR_COLUMNS } from "../columns.js";
import { sampleCsv } from "./sample-csv.js";
import { sampleDays } from "./sample-days.js";
import { SAMPLE_START, SAMPLE_VERSION, type SampleOptions } from "./sample-options.js";
import type { SampleBlock } from "./write-day.js";

const bytesOf = (options: SampleOptions) => Buffer.concat([...sampleCsv(options)]);

describe("sampleCsv", () => {
  it.each([
    ["none", "36709b2639692020e9b7a9caff83f0e78616a0394e3f53eec4765c0db255c75d"],
    ["price-rise", "7c84679210e65a57c5fac8c3ecf0edb98252ddfba12e951f72bf28f6860b1ed8"],
    ["data-shift", "b71b42fc35692ce6ac61082fd7a2cb031cca8156bc80da3c80fc5e16dacca5ec"],
    ["outage", "dcb71f106807ca0da836aa93282f14c911fc8aed38a0f0973eece4bbefa54c58"],
    ["new-segment", "5a6ec7b753b16dda658f9b1e633f2874af2ffada97ac86f75655398a7da99996"],
  ] as const)("gives the same bytes on every machine: %s", (scenario, sha256) => {
    // other bytes need another SAMPLE_VERSION: else what was downloaded before counts as up to date
    expect(SAMPLE_VERSION).toBe(2);
    const options = { subscribers: 100, to: SAMPLE_START + 39, scenario, scenarioDay: SAMPLE_START + 20 };
    expect(createHash("sha256").update(bytesOf(options)).digest("hex")).toBe(sha256);
  });

  it("writes every cell as JavaScript writes the number, the shortest form that reads back", () => {
    const options: SampleOptions = {
      subscribers: 300,
      to: SAMPLE_START + 9,
      scenario: "data-shift",
      scenarioDay: SAMPLE_START + 5,
    };
    const names = CDR_COLUMNS.map((column) => column.name);
    const lines = [...sampleDays(options)].flatMap((block) =>
      block.DP_MSISDN.map((_, row) => {
        const cells = names.slice(1).map((name) => (block[name as keyof SampleBlock] as ArrayLike<unknown>)[row]);
        return [dateOf(block.day), ...cells].join(",");
      }),
    );
    expect(bytesOf(options).toString()).toBe(`${[names.join(","), ...lines].join("\n")}\n`);
  });
});
