import type { FastifyError } from "fastify";

/** An error that is answered with this status, code and message. */
export type HttpError = FastifyError & { hint?: string };

/** Makes the answer to a request that cannot be served. */
export function httpError(status: number, code: string, message: string, more: { hint?: string } = {}): HttpError {
  return Object.assign(new Error(message), { statusCode: status, code, name: "HttpError", ...more });
}
