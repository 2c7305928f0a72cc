import type { Doubt, Proposal } from "../init/proposal.js";
import { formatFields } from "./format-fields.js";
import { kebab } from "./option-flags.js";

/** What the data leave open, each with what the config says now and the flag that says otherwise. */
export function describeDoubts(doubts: readonly Doubt[]): string {
  return doubts
    .map(({ question, choices, option }) => {
      const [likelier, other] = choices;
      return `? ${question}\n  the config says ${likelier.title}; --${kebab(option)} ${quoted(other.value)} says otherwise`;
    })
    .join("\n");
}

const quoted = (value: string) => (/^[\w.:/-]+$/.test(value) ? value : `'${value}'`);

/** All that was found, doubts first, and what to type next. */
export function describeProposal(proposal: Proposal, file: string, next: readonly string[]): string {
  const { doubts, findings, measures, leftOut, days, notes } = proposal;
  const width = Math.max(...findings.map(({ what }) => what.length), 10);
  const lines: string[] = [];
  if (doubts.length) lines.push("The data leave open:", describeDoubts(doubts), "");
  lines.push(`looked at ${proposal.looked}`, "");
  for (const { what, value, evidence } of findings) {
    lines.push(`${what.padEnd(width)}  ${value}`);
    for (const each of evidence) lines.push(`${" ".repeat(width)}    ${each}`);
  }
  if (measures.length) {
    lines.push("", "measures, by subscriber and day");
    const longest = Math.max(...measures.map(({ name }) => name.length));
    const said = new Set<string>();
    for (const { name, sql, column, unit, negative, note } of measures) {
      lines.push(
        `  ${name.padEnd(longest)}  ${sql ?? column}${unit ? `  [${unit}]` : ""}${negative ? "  (may be below 0)" : ""}`,
      );
      if (note && !said.has(note)) lines.push(`  ${" ".repeat(longest)}    ${note}`);
      if (note) said.add(note);
    }
  }
  if (leftOut.length) {
    lines.push("", "columns that are no measures");
    const longest = Math.max(...leftOut.map(({ name }) => name.length));
    for (const { name, reason } of leftOut) lines.push(`  ${name.padEnd(longest)}  ${reason}`);
  }
  lines.push(
    "",
    formatFields([
      ["horizon", `${days.horizon} days`],
      ["", days.evidence.join("; ")],
      [
        "windows",
        `${days.windows.join(", ")} days before each snapshot, a snapshot every ${days.snapshotEvery === 1 ? "day" : `${days.snapshotEvery} days`}`,
      ],
      ...("active_within" in proposal.config
        ? [
            [
              "who",
              `subscribers active in the last ${days.horizon} days: who was silent for longer has churned already by this horizon`,
            ] as [string, string],
          ]
        : []),
      [
        "until",
        days.until
          ? `${days.until}: the days after it come as the stream, ${days.chunks} chunks for monitoring (${days.chunkPeriod}), ${days.labelledChunks} of them with known outcome`
          : "not set",
      ],
    ]),
  );
  lines.push("", ...describePreview(proposal));
  if (notes.length) lines.push("", ...notes.map((note) => `! ${note}`));
  lines.push("", `written: ${file}`, ...next.map((command, at) => `${at === 0 ? "next:   " : "or:     "} ${command}`));
  return lines.join("\n");
}

function describePreview({ preview }: Proposal): string[] {
  if (preview.fault !== null)
    return ["the first rows cannot be loaded by this config:", `  ${preview.fault.replaceAll("\n", "\n  ")}`];
  const columns = Object.keys(preview.rows[0] ?? {}).filter((name) => preview.rows.some((row) => row[name] !== null));
  const cell = (value: unknown) =>
    value === null ? "" : typeof value === "number" ? String(Math.round(value * 1000) / 1000) : String(value);
  const widths = columns.map((name) => Math.max(name.length, ...preview.rows.map((row) => cell(row[name]).length)));
  const line = (cells: string[]) => `  ${cells.map((each, at) => each.padEnd(widths[at])).join("  ")}`.trimEnd();
  const share = preview.lines ? (100 * preview.rejected) / preview.lines : 0;
  const what = preview.whole ? "the log" : "the beginnings of the log";
  return [
    `the first rows as they are stored (${preview.lines.toLocaleString("en-US")} rows of ${what} were loaded to try, ${preview.rejected.toLocaleString("en-US")} set aside${preview.rejected ? `, ${share.toFixed(1)} %` : ""})`,
    line(columns),
    ...preview.rows.map((row) => line(columns.map((name) => cell(row[name])))),
    ...preview.rejects.slice(0, 5).map((reject) => {
      const { reason, rows, example } = reject;
      return `  ${rows.toLocaleString("en-US")} × ${reason}: ${example}`;
    }),
  ];
}
