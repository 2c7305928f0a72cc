import { existsSync, mkdtempSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unzipSync } from "fflate";
import { beforeAll, describe, expect, it } from "vitest";
import { smallJob, trainedStore } from "../../test/run/trained-store.js";
import type { Store } from "../store/open-store.js";
import { callList } from "./call-list.js";
import { campaignResults } from "./campaign-results.js";

const folder = mkdtempSync(join(tmpdir(), "campaign-"));
const settings = smallJob(folder, { source: "sample:?subscribers=600&days=90" });
const options = { output: join(folder, "list.csv"), contact_cost: 1, control_share: 0.3 };
let store: Store;
/** A day whose labels are known, and the last one. */
let [known, last] = ["", ""];

beforeAll(async () => {
  store = await trainedStore(settings);
  const [row] = await store.lease((db) =>
    db.rows<{ known: string; last: string }>(
      `SELECT CAST(max("Date") FILTER (M_TENURE_CHURN IS NOT NULL) AS VARCHAR) AS known, CAST(max("Date") AS VARCHAR) AS last
       FROM Processed_Data`,
    ),
  );
  [known, last] = [row.known, row.last];
}, 240_000);

const members = (campaign: number | null) =>
  store.lease((db) =>
    db.rows<{ who: string; arm: string; label: number | null }>(
      `SELECT m."User" AS who, arm, M_TENURE_CHURN AS label FROM campaign_members m JOIN campaigns USING (campaign_id)
       JOIN Processed_Data p ON p."User" = m."User" AND p."Date" = campaigns."Date" WHERE campaign_id = ${campaign} ORDER BY place`,
    ),
  );
const csv = (name: string, lines: readonly string[]) => {
  const path = join(folder, name);
  writeFileSync(path, `${lines.join("\n")}\n`);
  return path;
};
const linesOf = (path: string) => readFileSync(path, "utf8").trim().split("\n");

describe("callList", () => {
  it("writes who is to be called and why, for the owner alone, and keeps the control group out of the file", async () => {
    const result = await callList(store, { ...options, day: known });
    const chosen = await members(result.campaign);
    const [head, ...rows] = linesOf(options.output);
    expect(head).toMatch(/^rank,subscriber,probability,customer_value,expected_profit,reason_1,reason_2,reason_3$/);
    expect(rows).toHaveLength(result.called);
    expect(chosen).toHaveLength(result.called + result.control);
    expect(rows.map((row) => row.split(",")[1])).toEqual(
      chosen.filter(({ arm }) => arm === "call").map(({ who }) => who),
    );
    expect(rows[0]).toMatch(/^1,\d+,0\.\d+,100\.0,\d+\.\d+,.*\(\+\d+\.\d points\)/);
    expect(result.control).toBe(Math.round(0.3 * chosen.length));
    expect(statSync(options.output).mode & 0o777).toBe(0o600);
    expect(result.notes.join("\n")).toContain("are not to be called");
    expect(result.table.text).toContain("first 10 of");
  });
  it("leaves out who was called within the cooling-off time, until the campaign is planned anew", async () => {
    const again = await callList(store, { ...options, day: known });
    const before = await callList(store, { ...options, day: known, cooling_off: 1000, replace: true });
    expect(again.leftOut.calledBefore + again.leftOut.inControl).toBeGreaterThan(20);
    expect(again.notes.join("\n")).toContain("--replace plans the last campaign anew");
    expect(before.people).toBe(again.people);
    // after the horizon the control group is free, and the called cool off as long as was said
    const later = await callList(store, { ...options, day: last, cooling_off: 1, output: join(folder, "later.csv") });
    expect(later.leftOut.calledBefore).toBe(0);
  });
  it.each(["parquet", "xlsx"])("writes .%s as well", async (ending) => {
    const output = join(folder, `list.${ending}`);
    const result = await callList(store, { ...options, output, max_contacts: 5, replace: true, cooling_off: 1 });
    expect(result.called).toBe(5);
    expect(statSync(output).mode & 0o777).toBe(0o600);
    if (ending === "parquet") {
      const found = await store.query(`SELECT * FROM '${output}'`);
      expect(found.numRows()).toBe(5);
      return;
    }
    const sheet = new TextDecoder().decode(unzipSync(readFileSync(output))["xl/worksheets/sheet1.xml"]);
    expect(sheet.match(/<row /g)).toHaveLength(6);
    expect(sheet).toContain('<c t="inlineStr" s="1"><is><t xml:space="preserve">subscriber</t></is></c>');
    expect(sheet).toMatch(/<c><v>1<\/v><\/c><c t="inlineStr"><is><t xml:space="preserve">\d{6,}<\/t>/);
  });
  it("shows a draft: no file, and nothing in the store", async () => {
    const before = await store.lease((db) => db.rows("SELECT count(*) AS n FROM campaigns"));
    const output = join(folder, "draft.csv");
    const result = await callList(store, { ...options, output, draft: true, day: known, cooling_off: 1 });
    expect(result).toMatchObject({ campaign: null, output: null });
    expect(existsSync(output)).toBe(false);
    expect(await store.lease((db) => db.rows("SELECT count(*) AS n FROM campaigns"))).toEqual(before);
    expect(result.notes[0]).toMatch(/^a draft/);
  });
  it("plans no campaign where no contact pays, and says from when on one does", async () => {
    const result = await callList(store, { ...options, contact_cost: 19.9, replace: false, cooling_off: 1 });
    expect(result).toMatchObject({ campaign: null, called: 0, control: 0 });
    expect(result.notes.join("\n")).toMatch(/nobody is called: no contact .* from a probability of 99\.5% on/);
  });
  it("says what is wrong with the file, the day and the attribute", async () => {
    await expect(callList(store, { output: "list.pdf" })).rejects.toThrow(
      /"call_list.output" is not .csv, .xlsx or .parquet/,
    );
    await expect(callList(store, { ...options, day: "2020-01-01" })).rejects.toMatchObject({ code: "NO_DATA" });
    await expect(callList(store, { ...options, value_attribute: "arpu" })).rejects.toThrow(
      /names no attribute: "arpu"/,
    );
  });
});

describe("campaignResults", () => {
  let people: Awaited<ReturnType<typeof members>>;
  beforeAll(async () => {
    // a day before that of all other campaigns
    const earlier = new Date(Date.parse(known) - 7 * 86_400_000).toISOString().slice(0, 10);
    const { campaign } = await callList(store, { ...options, day: earlier });
    people = await members(campaign);
  });
  const called = () => people.filter(({ arm }) => arm === "call");

  it("takes who left from the labels of the store, and finds that the calls of nobody save nobody", async () => {
    const file = csv("called.csv", ["msisdn", ...called().map(({ who }) => who)]);
    const result = await campaignResults(store, file);
    const left = (arm: string) => people.filter((each) => each.arm === arm && each.label === 1).length;
    const labelled = (arm: string) => people.filter((each) => each.arm === arm && each.label !== null).length;
    const calls = labelled("call");
    expect(result.toCall).toMatchObject({ people: calls, called: calls, left: left("call") });
    expect(result.control).toMatchObject({ people: labelled("control"), called: 0, left: left("control") });
    expect(result.endUnknown).toBe(people.length - calls - labelled("control"));
    expect(result.next).toBe("not told");
    expect(result.words.join(" ")).toContain("cannot be told");
    expect(result.notes.join("\n")).toContain(
      "subscribers are in column msisdn; no column says who was called: all in it who were to be called count as called",
    );
  });
  it("takes who left from the file where it knows both groups, by yes and no or by the day", async () => {
    const file = csv("both.csv", [
      "id;contacted;left_on",
      // half of the called who would leave stay
      ...people.map(
        ({ who, arm }, i) => `${who};${arm === "call" ? "yes" : "no"};${arm === "control" && i % 2 ? known : ""}`,
      ),
    ]);
    const result = await campaignResults(store, file);
    expect(result.toCall.left).toBe(0);
    expect(result.control.left).toBeGreaterThan(5);
    expect(result.saved?.low).toBeGreaterThan(0);
    expect(result.next).not.toBe("not told");
  });
  it("takes the control group of a file without a column of calls for what it is", async () => {
    const file = csv("plain.csv", ["id;left", ...people.map(({ who, label }) => `${who};${label ?? 0}`)]);
    const result = await campaignResults(store, file);
    expect(result.control).toMatchObject({ called: 0 });
    expect(result.toCall.called).toBe(called().length);
  });
  it("measures both groups alike: a file of the called alone does not say who of them left", async () => {
    const file = csv("own.csv", ["id,called,left", ...called().map(({ who }) => `${who},1,0`)]);
    const result = await campaignResults(store, file);
    expect(result.toCall.left).toBeGreaterThan(0);
    expect(result.notes.join("\n")).toContain("the file says nothing of the control group");
  });
  it("counts whom the file misses, whom it does not know, and whom nobody reached", async () => {
    const some = called();
    const file = csv("some.csv", [
      "id,called",
      ...some.slice(0, 30).map(({ who }, i) => `${who},${i < 20 ? 1 : 0}`),
      `${some[0].who},1`,
      "nobody,1",
      ",1",
    ]);
    const result = await campaignResults(store, file);
    expect(result).toMatchObject({ inFile: 30, toCall: { called: 20 } });
    const notes = result.notes.join("\n");
    expect(notes).toContain(
      `${some.length - 30} people who were to be called are not in the file: they count as not called`,
    );
    expect(notes).toContain("1 rows are of nobody on the list");
    expect(notes).toContain("1 rows are of somebody who is in the file before");
    expect(notes).toContain("1 rows have no subscriber");
    expect(notes).toContain(
      `${result.toCall.people - 20} people of ${result.toCall.people} who were to be called were not`,
    );
  });
  it("refuses a file of other people, a cell that is neither yes nor no, and a campaign that there is not", async () => {
    const other = csv("other.csv", ["id,called", "4711,1"]);
    await expect(campaignResults(store, other)).rejects.toThrow(/has nobody of the campaign in its 1 rows/);
    const odd = csv("odd.csv", ["id,called", `${people[0].who},maybe`]);
    await expect(campaignResults(store, odd)).rejects.toThrow(/row 1, column called: "maybe" is neither yes nor no/);
    await expect(campaignResults(store, odd, { campaign: 99 })).rejects.toThrow(/no campaign 99/);
  });
  it("says when the horizon has not ended", async () => {
    const { campaign } = await callList(store, {
      ...options,
      day: last,
      cooling_off: 1,
      output: join(folder, "now.csv"),
    });
    const file = csv("now-called.csv", ["id", ...(await members(campaign)).map(({ who }) => who)]);
    await expect(campaignResults(store, file)).rejects.toThrow(/not known of anybody .* whether they left/s);
  });
});
