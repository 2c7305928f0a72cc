import { type Change, leadChanges } from "./column-changes.js";
import type { Judgement } from "./judge-results.js";

/** What to do, in the order in which to do it: what is broken first. */
export function adviceOf(judgement: Judgement): string[] {
  const { state, causes, realized } = judgement;
  const { changes, broken, dead, calibration } = causes;
  const advice = [...dead.map(deadAdvice), ...leadChanges(broken, 3).map(brokenAdvice)];
  const listed = listOf(
    leadChanges(
      changes.filter((each) => !each.broken),
      3,
    ).map(({ title }) => title),
  );
  if (calibration) {
    advice.push(
      "Do not take scores for probabilities until they are calibrated again or the model is trained again on recent labels.",
    );
  }
  if (state === "bad" && dead.length === 0) advice.push(...badAdvice(listed, broken.length > 0));
  else if (state === "watch" && listed) {
    advice.push(
      `${broken.length > 0 ? "Else nothing" : "Nothing"} to do yet: watch ${listed}, and train again if performance follows.`,
    );
  } else if (state === "good") advice.push("Nothing to do.");
  if (state === "watch" && advice.length === 0)
    advice.push("Nothing to do yet: look at it again when the next chunk is in.");
  if (!realized && state !== "unknown") {
    advice.push(
      "No label of the analysis is in yet: this rests on an estimate, which cannot see that people themselves changed.",
    );
  }
  return advice;
}

function badAdvice(listed: string, broken: boolean): string[] {
  if (listed) {
    return [
      `Find out what changed ${listed}: something that people did, or a fault of the source?`,
      "If the change is real, train again on rows from after it, and keep this reference until the new model is out.",
    ];
  }
  if (broken) return ["Score again when the source is mended, and see whether performance comes back."];
  return [
    "No column changed, yet performance did: the relation of columns and outcome changed. Train again on recent labels.",
  ];
}

const deadAdvice = ({ title, text }: Change): string => `Look at the job that scores first: ${title}, ${text}.`;

function brokenAdvice({ title, text, kind }: Change): string {
  const ask = kind === "unit" ? "Did its unit change?" : "If it is broken, so are scores made from it.";
  return `Look at the source of ${title}: ${text}. ${ask}`;
}

function listOf(names: readonly string[]): string {
  if (names.length < 2) return names[0] ?? "";
  // a title may have a comma itself
  const comma = names.some((title) => title.includes(",")) ? "; " : ", ";
  return `${names.slice(0, -1).join(comma)}${comma === "; " ? ";" : ""} and ${names.at(-1)}`;
}
