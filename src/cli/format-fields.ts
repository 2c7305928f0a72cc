/** Lines of `name  value`, values aligned; empty values are left out. */
export function formatFields(
  fields: readonly (readonly [name: string, value: string | number | null | undefined])[],
): string {
  const shown = fields.filter(([, value]) => value !== null && value !== undefined && value !== "");
  const width = Math.max(...shown.map(([name]) => name.length));
  return shown
    .map(
      ([name, value]) => `${name.padEnd(width)}  ${typeof value === "number" ? value.toLocaleString("en-US") : value}`,
    )
    .join("\n");
}
