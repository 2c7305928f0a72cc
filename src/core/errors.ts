/** Every failure that a user can meet: its code, the exit status of the command, and the HTTP status of the service. */
export const ERROR_CODES = {
  BAD_OPTION: { exit: 2, status: 400 },
  BAD_CONFIG: { exit: 2, status: 400 },
  BAD_USAGE: { exit: 2, status: 400 },
  BAD_INPUT: { exit: 1, status: 422 },
  NOT_FOUND: { exit: 1, status: 404 },
  DOWNLOAD_FAILED: { exit: 1, status: 502 },
  STORE_BUSY: { exit: 1, status: 503 },
  STORE_DAMAGED: { exit: 1, status: 500 },
  STORE_UNREACHABLE: { exit: 1, status: 503 },
  STORE_FAILED: { exit: 1, status: 500 },
  STORE_FULL: { exit: 1, status: 507 },
  STORE_READ_ONLY: { exit: 1, status: 500 },
  ALREADY_RUNNING: { exit: 1, status: 409 },
  CONFLICT: { exit: 1, status: 409 },
  WRITE_FAILED: { exit: 1, status: 507 },
  NO_DATA: { exit: 1, status: 409 },
  MODEL_DAMAGED: { exit: 1, status: 500 },
  GATE_FAILED: { exit: 1, status: 409 },
  NOTEBOOK_FAILED: { exit: 1, status: 500 },
  KERNEL_DIED: { exit: 1, status: 500 },
  TIMED_OUT: { exit: 1, status: 504 },
  INTERRUPTED: { exit: 130, status: 499 },
} as const;

/** A code of `ERROR_CODES`; docs/errors.md explains each. */
export type ErrorCode = keyof typeof ERROR_CODES;

/**
 * An error that a user can act on: what is wrong, where, and what to do.
 *
 * The message is lower case, starts with the fault and names the value and the key; `hint` is the next step, a sentence
 * or a command.
 */
export class ChurnError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, options: { cause?: unknown; hint?: string } = {}) {
    super(options.hint ? `${message}\n  → ${options.hint}` : message, { cause: options.cause });
    this.name = "ChurnError";
    this.code = code;
    this.hint = options.hint;
  }

  /** Exit status of the command `churn` for this error. */
  get exit(): number {
    return ERROR_CODES[this.code].exit;
  }
}
