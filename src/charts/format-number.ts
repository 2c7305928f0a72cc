import { thousands } from "./thousands.js";

/** A number with three digits that matter. */
export function formatNumber(value: number): string {
  if (value === Infinity) return "∞";
  if (value === -Infinity) return "−∞";
  const size = Math.abs(value);
  if (size >= 1000) return thousands(value).replace("-", "−");
  return (size === 0 ? "0" : size >= 0.001 ? String(Number(value.toPrecision(3))) : value.toExponential(1)).replace(
    "-",
    "−",
  );
}
