/** A file that is found where logs are looked for, and is none. */
export interface LeftOut {
  /** Its name from the folder on. */
  name: string;
  why: string;
}

/** Names of one reason that are told one by one. */
const TOLD = 5;

/** Says which files are left out, with the first names of each reason, and the number of the others. */
export function describeLeftOut(files: readonly LeftOut[]): string {
  const reasons = new Map<string, string[]>();
  for (const { name, why } of files) reasons.set(why, [...(reasons.get(why) ?? []), name]);
  return [...reasons].map(([why, names]) => `${listNames(names)} (${why})`).join("; ");
}

/** The first of some names, and how many more there are. */
export function listNames(names: readonly string[]): string {
  const more = names.length > TOLD ? ` and ${(names.length - TOLD).toLocaleString("en-US")} more` : "";
  return `${names.slice(0, TOLD).join(", ")}${more}`;
}
