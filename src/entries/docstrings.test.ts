import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  exports: Record<string, string | { types: string }>;
};
const entries = Object.entries(exports).flatMap(([name, entry]) =>
  typeof entry === "string" ? [] : [{ name, file: join(root, entry.types) }],
);

/** What a declaration file passes on from others: its name, its name there, and the file. */
function passedOn(file: string): { name: string; origin: string; from: string }[] {
  const lists = readFileSync(file, "utf8").matchAll(/export (?:type )?\{([^}]*)\} from "(\.[^"]+)"/g);
  return [...lists].flatMap(([, list, path]) =>
    list.split(",").flatMap((each) => {
      const [origin, name = origin] = each
        .trim()
        .replace(/^type /, "")
        .split(" as ");
      return origin ? [{ name, origin, from: join(dirname(file), path.replace(/\.js$/, ".d.ts")) }] : [];
    }),
  );
}

/** Whether what a file exports under a name has a docstring where it is declared. */
function isDocumented(file: string, name: string): boolean {
  const other = passedOn(file).find((each) => each.name === name);
  if (other) return isDocumented(other.from, other.origin);
  const declared = `export (?:declare )?(?:abstract )?(?:function|const|let|class|interface|type|enum) ${name}\\b`;
  return new RegExp(`\\*/\\s*${declared}`).test(readFileSync(file, "utf8"));
}

describe("the package's entries", () => {
  it.each(entries)(
    "$name says in a docstring what each export is (npm run build writes what is read here)",
    ({ file }) => {
      const names = passedOn(file).map(({ name }) => name);
      expect(names.length).toBeGreaterThan(0);
      expect(names.filter((name) => !isDocumented(file, name))).toEqual([]);
    },
  );
});
