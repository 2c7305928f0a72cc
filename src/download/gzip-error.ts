import { ChurnError } from "../core/errors.js";
import { faultCode } from "../core/fault.js";

/**
 * The error of zlib as a user can act on it; another error is given back as it is.
 *
 * @param shown how errors name the file
 * @param isGzip whether the file begins as gzip does, whatever its name says
 */
export function gzipError(shown: string, isGzip: boolean, error: unknown): unknown {
  const code = faultCode(error);
  if (!code?.startsWith("Z_")) return error;
  const fault = !isGzip
    ? "is not packed by gzip, against its name"
    : code === "Z_BUF_ERROR"
      ? "is cut off: its gzip data end too early"
      : "is damaged: its gzip data cannot be unpacked";
  const hint = isGzip ? "fetch it again from where it comes" : "rename it to .csv, or fetch it again";
  return new ChurnError("BAD_INPUT", `${shown} ${fault}`, { cause: error, hint });
}
