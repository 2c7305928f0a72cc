import { expect, it } from "vitest";
import { fillPath } from "./fill-path.js";

it("fills parameters and papermill's own values into a path", () => {
  const now = new Date("2026-01-02T03:04:05Z");
  expect(fillPath("out/{day}-{n}.ipynb", { day: new Date("2024-03-01"), n: 3 })).toBe("out/2024-03-01-3.ipynb");
  expect(fillPath("{pm.current_datetime_utc}", {}, now)).toBe("2026-01-02T03-04-05");
  expect(fillPath("{pm.run_uuid}", {})).toMatch(/^[0-9a-f-]{36}$/);
});

it("lets no value leave the folder, and names what is missing", () => {
  expect(fillPath("out/{name}.ipynb", { name: "../../etc" })).toBe("out/..-..-etc.ipynb");
  expect(() => fillPath("{nothing}", {})).toThrow(/names "nothing", which has no value/);
});

it("takes two braces for one, as papermill does", () => {
  expect(fillPath("x{{n}}-{n}.ipynb", { n: 1 })).toBe("x{n}-1.ipynb");
});
