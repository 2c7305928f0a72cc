import type { Repeats } from "../checking/find-repeats.js";
import type { LoadNotes } from "./load-result.js";

/** The same as the ledger keeps it; nothing where there is none. */
export function ledgerRepeats({ sentBefore, withoutId, equalLines }: Repeats): Pick<LoadNotes, "repeats"> {
  if (sentBefore + withoutId + equalLines === 0) return {};
  return { repeats: { sent_before: sentBefore, without_id: withoutId, equal_lines: equalLines } };
}

/** What a load has to say of them. */
export function repeatNotes(
  { withoutId, equalLines }: Omit<Repeats, "sentBefore">,
  recordId: string | undefined,
): string[] {
  const count = (n: number) => n.toLocaleString("en-US");
  return [
    ...(equalLines > 0
      ? [
          `${count(equalLines)} ${equalLines === 1 ? "line is" : "lines are"} equal in every cell to an earlier one: sent twice? "record_id", or --record-id, names the column that tells`,
        ]
      : []),
    ...(withoutId > 0
      ? [
          `${count(withoutId)} ${withoutId === 1 ? "record has" : "records have"} no ${recordId ?? "id"}, and count each`,
        ]
      : []),
  ];
}
