import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { ChurnError } from "../core/errors.js";
import { faultCode } from "../core/fault.js";
import { writeAtomic } from "../core/write-atomic.js";
import { ChurnModel } from "./churn-model.js";
import { packageVersion } from "./package-version.js";
import { modelCard } from "./report/model-card.js";

const FORMAT = "churn-workbench model";
const FORMAT_VERSION = 1;

/** The file of a model: one JSON object. */
interface Artifact {
  format: typeof FORMAT;
  format_version: number;
  model_version: string;
  created_at: string;
  made_with: { "churn-workbench": string; node: string };
  /** SHA-256 of the JSON text of `model`. */
  checksum: string;
  model: unknown;
}

/**
 * Writes a model into one JSON file, and its model card beside it as Markdown; each atomically, the card first.
 *
 * @param path ends in `.json`; the card has the same name with `.md`
 * @param options.createdAt when the model was made, ISO 8601: the file's only clock
 */
export async function saveModel(
  path: string,
  model: ChurnModel,
  { createdAt }: { createdAt: string },
): Promise<{ path: string; card: string; modelVersion: string }> {
  if (!path.endsWith(".json")) {
    throw new ChurnError("BAD_OPTION", `a model is saved as .json, not ${JSON.stringify(path)}`);
  }
  const card = path.replace(/\.json$/, ".md");
  const made_with = { "churn-workbench": await packageVersion(), node: process.versions.node };
  const artifact: Artifact = {
    format: FORMAT,
    format_version: FORMAT_VERSION,
    model_version: model.version,
    created_at: createdAt,
    made_with,
    checksum: sha256(model.toText()),
    model: JSON.parse(model.toText()),
  };
  await writeAtomic(card, modelCard(model, { createdAt, madeWith: made_with }));
  await writeAtomic(path, `${JSON.stringify(artifact, null, 1)}\n`);
  return { path, card, modelVersion: artifact.model_version };
}

/**
 * Reads a model that `saveModel` wrote.
 *
 * @throws ChurnError NOT_FOUND when there is no file; MODEL_DAMAGED when it is cut, changed, of a newer workbench, or
 *   not a model
 */
export async function loadModel(path: string): Promise<ChurnModel> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    if (faultCode(cause) !== "ENOENT") throw cause;
    throw new ChurnError("NOT_FOUND", `there is no model ${JSON.stringify(path)}`, { cause, hint: "churn train" });
  }
  const damaged = (fault: string, cause?: unknown) =>
    new ChurnError("MODEL_DAMAGED", `model ${JSON.stringify(path)} ${fault}`, {
      cause,
      hint: "train it again: churn train",
    });
  let artifact: Partial<Artifact> | null;
  try {
    artifact = JSON.parse(text);
  } catch (cause) {
    throw damaged("is not JSON: the file is cut off or of another kind", cause);
  }
  if (artifact?.format !== FORMAT) throw damaged("is not a model of the workbench");
  if (!(Number(artifact.format_version) <= FORMAT_VERSION)) {
    throw new ChurnError(
      "MODEL_DAMAGED",
      `model ${JSON.stringify(path)} has format ${artifact.format_version}, this workbench reads up to ${FORMAT_VERSION}`,
      { hint: "update churn-workbench" },
    );
  }
  const model = JSON.stringify(artifact.model) ?? "";
  const checksum = sha256(model);
  if (checksum !== artifact.checksum || checksum.slice(0, 12) !== artifact.model_version) {
    throw damaged("was changed since it was saved: the checksum does not fit");
  }
  return ChurnModel.fromJSON(artifact.model, artifact.created_at);
}

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
