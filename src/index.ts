export { ChurnError, type ErrorCode } from "./core/errors.js";
export type { OnProgress, Progress, StageContext } from "./core/progress.js";
export { type Random, random } from "./core/random.js";
