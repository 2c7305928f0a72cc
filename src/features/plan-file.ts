import { readFile } from "node:fs/promises";
import { ChurnError } from "../core/errors.js";
import { faultCode } from "../core/fault.js";
import { writeAtomic } from "../core/write-atomic.js";
import { checkPlan } from "./check-plan.js";
import { type FeaturePlan, planHash } from "./feature-plan.js";

/** A file with a plan: one JSON object. */
interface PlanFile {
  /** `planHash` of the plan; left out or null in one that somebody has edited. */
  hash?: string | null;
  plan: FeaturePlan;
}

/** Writes a plan as a file that `features.plan_file` takes. */
export async function writePlanFile(path: string, plan: FeaturePlan): Promise<void> {
  const file: PlanFile = { hash: planHash(plan), plan };
  await writeAtomic(path, `${JSON.stringify(file, null, 1)}\n`);
}

/**
 * Reads a plan that `writePlanFile` wrote, or that somebody edited; undefined when there is no such file.
 *
 * @throws ChurnError BAD_INPUT when it is no plan, or not the one whose hash it has
 */
export async function readPlanFile(path: string): Promise<FeaturePlan | undefined> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    if (faultCode(cause) === "ENOENT") return undefined;
    throw cause;
  }
  const shown = JSON.stringify(path);
  let found: Partial<PlanFile> | null;
  try {
    found = JSON.parse(text);
  } catch (cause) {
    throw new ChurnError("BAD_INPUT", `the plan ${shown} is not JSON: ${cause instanceof Error ? cause.message : ""}`, {
      cause,
      hint: "delete it, and churn features writes it again by its settings",
    });
  }
  const plan = checkPlan(found?.plan, shown);
  const hash = planHash(plan);
  if (typeof found?.hash === "string" && found.hash !== hash) {
    throw new ChurnError(
      "BAD_INPUT",
      `the plan ${shown} has the hash ${found.hash}, and computes what ${hash} stands for`,
      {
        hint: 'it was changed: take "hash" out of the file if that was meant, or take the file from where it came',
      },
    );
  }
  return plan;
}
