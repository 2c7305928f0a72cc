/** A whole number with commas, as `toLocaleString("en-US")` writes it, which takes ten times as long: a page has thousands. */
export function thousands(value: number): string {
  const whole = Math.round(value);
  const text = String(Math.abs(whole));
  if (text.includes("e")) return whole.toLocaleString("en-US");
  return `${value < 0 ? "-" : ""}${text.replace(/\B(?=(\d{3})+$)/g, ",")}`;
}
