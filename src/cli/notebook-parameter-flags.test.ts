import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { collect } from "./notebook-flags.js";
import { ParameterCommand, type ParameterFlags, parametersOf } from "./notebook-parameter-flags.js";

const folder = mkdtempSync(join(tmpdir(), "churn-flags-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function read(...args: string[]) {
  const command = new ParameterCommand("run").argument("<in>").argument("<out>").exitOverride();
  for (const flag of ["-p, --parameters <v>", "-r, --parameters-raw <v>", "-f, --parameters-file <v>"]) {
    command.option(flag, "", collect, []);
  }
  command.option("-y, --parameters-yaml <v>", "", collect, []);
  command.parse(args, { from: "user" });
  return { args: command.args, ...(await parametersOf(command.opts<ParameterFlags>())) };
}

it("-p takes a value that begins as a flag does, before and after the paths", async () => {
  expect(await read("a", "b", "-p", "s", "-x")).toMatchObject({ args: ["a", "b"], parameterTexts: { s: "-x" } });
  expect(await read("-p", "s", "x=1", "a", "-p", "t=-2", "b")).toMatchObject({
    args: ["a", "b"],
    parameterTexts: { s: "x=1", t: "-2" },
  });
  await expect(read("a", "b", "-p", "s")).rejects.toThrow("-p s has no value");
});

it("a file without values gives none, one that is not UTF-8 is refused, and whole numbers stay exact", async () => {
  const file = (name: string, content: string | Uint8Array) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const none = [file("a.yml", ""), file("b.yml", "# nothing\n")].flatMap((path) => ["-f", path]);
  expect((await read("a", "b", ...none)).parameters).toEqual({});
  await expect(read("a", "b", "-f", file("c.yml", new Uint8Array([97, 58, 32, 0xe9])))).rejects.toThrow("not UTF-8");
  const { parameters } = await read("a", "b", "-y", "id: 12345678901234567890\nn: 5\nx: 1.5");
  expect({ ...parameters }).toEqual({ id: 12345678901234567890n, n: 5, x: 1.5 });
});
