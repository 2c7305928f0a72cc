import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

// The tables of CONTRIBUTING.md say which room may import which, and in which order the folders of a room stand.
const root = fileURLToPath(new URL("..", import.meta.url));
const page = readFileSync(join(root, "CONTRIBUTING.md"), "utf8");
const rows = (head: string) =>
  (page.split(`| ${head} |`)[1] ?? "")
    .split("\n\n")[0]
    .split("\n")
    .slice(2)
    .map((line) => line.split("|").map((cell) => cell.replaceAll("`", "").trim()));
const rooms = new Map(rows("room | holds | may import").map(([, room, , allowed]) => [room, allowed.split(" ")]));
const orders = new Map(rows("room | folders, lowest first").map(([, room, folders]) => [room, folders.split(" ")]));

const files = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" }).filter((path) =>
  /(?<!\.test)\.ts$/.test(path),
);
/** What a file imports of ours, types and dynamic imports too. */
const imports = new Map(
  files.map((path) => {
    const found = readFileSync(join(root, "src", path), "utf8").matchAll(/(?:\bfrom|\bimport) ?\(?\s*"(\.[^"]+)"/g);
    return [path, [...found].map(([, to]) => normalize(join(dirname(path), to)).replace(/\.js$/, ".ts"))] as const;
  }),
);
const arrows = [...imports].flatMap(([from, targets]) => targets.map((to) => ({ from, to })));
const roomOf = (path: string) => path.split("/")[0];
const named = ({ from, to }: { from: string; to: string }) => `${from} imports ${to}`;

describe("the rooms", () => {
  it("have a row each, and each row has a folder", () => {
    const folders = readdirSync(join(root, "src"), { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect([...rooms.keys()].sort()).toEqual(folders.map(({ name }) => name).sort());
  });

  it("may import only what stands below them, so that no two import each other", () => {
    const order = [...rooms.keys()];
    for (const [room, allowed] of rooms) {
      if (allowed[0] === "any") continue;
      for (const other of allowed) {
        if (other !== "-") expect(order.slice(order.indexOf(room) + 1), `${room} may import ${other}`).toContain(other);
      }
    }
    const any = order.filter((room) => rooms.get(room)?.[0] === "any");
    expect(any.filter((room) => !["entries", "cli", "config", "service"].includes(room))).toEqual([]);
  });

  it("import what their row names, in types too", () => {
    const order = [...rooms.keys()];
    const wrong = arrows.filter(({ from, to }) => {
      const [a, b] = [roomOf(from), roomOf(to)];
      if (a === b || !rooms.has(a) || to.startsWith("..")) return false;
      const allowed = rooms.get(a) ?? [];
      return allowed[0] === "any" ? order.indexOf(b) < order.indexOf(a) : !allowed.includes(b);
    });
    expect(wrong.map(named)).toEqual([]);
  });

  it("import downwards inside, where their folders have an order", () => {
    for (const [room, order] of orders) {
      const folderOf = (path: string) => relative(room, dirname(path)).split("/")[0];
      const inside = files.filter((path) => roomOf(path) === room);
      expect([...new Set(inside.map(folderOf))].filter((name) => name && !order.includes(name))).toEqual([]);
      // a file beside the folders stands above all of them
      const height = (path: string) => (folderOf(path) ? order.indexOf(folderOf(path)) : order.length);
      const inRoom = arrows.filter(({ from, to }) => roomOf(from) === room && roomOf(to) === room);
      const up = inRoom.filter(({ from, to }) => height(to) > height(from) && to !== `${room}/options.ts`);
      expect(up.map(named)).toEqual([]);
    }
  });
});

it("no files import each other in a circle", () => {
  expect(circles()).toEqual([]);
});

/** Every circle that a walk down the imports runs into, from its first file in the alphabet. */
function circles(): string[] {
  const done = new Set<string>();
  const found = new Set<string>();
  const walk = (path: string, way: string[]) => {
    const at = way.indexOf(path);
    if (at >= 0) {
      const circle = way.slice(at);
      const first = circle.indexOf([...circle].sort()[0]);
      found.add([...circle.slice(first), ...circle.slice(0, first)].join(" → "));
    }
    if (at >= 0 || done.has(path)) return;
    for (const to of imports.get(path) ?? []) walk(to, [...way, path]);
    done.add(path);
  };
  for (const path of files) walk(path, []);
  return [...found];
}
