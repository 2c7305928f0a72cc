import { isAbsolute, relative } from "node:path";
import { type TableView, tableView } from "../charts/table-view.js";
import { SECTIONS, type Settings } from "./configure.js";

/** A path inside the project, from its root: pages that are mailed should not reveal where the project lies. */
const shown = (value: string, root: string) => (isAbsolute(value) ? relative(root, value) || "." : value);

/** Options whose value is an address that is a secret behind its host. */
const SECRET_ADDRESSES = new Set(["monitor.alert_webhook"]);

function shownValue(value: unknown, root: string): string {
  if (typeof value === "string") return shown(value, root);
  const isTexts = Array.isArray(value) && value.every((each) => typeof each === "string");
  return JSON.stringify(isTexts ? value.map((each) => shown(each, root)) : value);
}

/**
 * Shows the options in force: value, where it came from, and what it means.
 *
 * @param sections names of stages; all when left out
 */
export function settingsTable(settings: Settings, ...sections: (keyof typeof SECTIONS)[]): TableView {
  const rows = settings.values
    .filter(({ section }) => sections.length === 0 || sections.includes(section as keyof typeof SECTIONS))
    .map(({ section, key, value, from }) => ({
      option: `${section}.${key}`,
      value: SECRET_ADDRESSES.has(`${section}.${key}`) ? hostOf(value) : shownValue(value, settings.root),
      from: from.replace(/^.*[\\/]/, ""),
      help: SECTIONS[section as keyof typeof SECTIONS].fields.find((field) => field.key === key)?.help ?? "",
    }));
  return tableView(rows, { rows: rows.length, title: "Options in force" });
}

function hostOf(address: unknown): string {
  if (typeof address !== "string") return String(address);
  return URL.canParse(address) ? `${new URL(address).origin}/…` : "not an address";
}
