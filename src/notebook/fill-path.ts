import { randomUUID } from "node:crypto";
import { ChurnError } from "../core/errors.js";

/**
 * Fills parameters into a path, as papermill does: `out/{day}.ipynb`, `{pm.run_uuid}`, `{pm.current_datetime_utc}`;
 * `{{` and `}}` are braces.
 *
 * @throws ChurnError BAD_USAGE when a name in the path has no value
 */
export function fillPath(path: string, values: Record<string, unknown>, now: Date = new Date()): string {
  const local = new Date(now.getTime() - now.getTimezoneOffset() * 60_000);
  const stamp = (date: Date) => date.toISOString().slice(0, 19).replace(/:/g, "-");
  const builtin: Record<string, string> = {
    "pm.run_uuid": randomUUID(),
    "pm.current_datetime_local": stamp(local),
    "pm.current_datetime_utc": stamp(now),
  };
  return path.replace(/\{\{|\}\}|\{([\w.]+)\}/g, (found, name: string | undefined) => {
    if (name === undefined) return found[0];
    const value: unknown = builtin[name] ?? values[name];
    if (value === undefined) {
      throw new ChurnError("BAD_USAGE", `the path ${path} names ${JSON.stringify(name)}, which has no value`, {
        hint: `give it: -p ${name}=…`,
      });
    }
    return String(value instanceof Date ? value.toISOString().slice(0, 10) : value).replace(/[/\\]/g, "-");
  });
}
