import { ChurnError } from "../../core/errors.js";
import { faultCode, messageOf } from "../../core/fault.js";

interface MysqlFault {
  code?: string;
  errno?: number;
  fatal?: boolean;
  message?: string;
  sqlMessage?: string;
}

/** The server went away, or is not there yet: waiting helps. */
const AWAY = new Set([
  "PROTOCOL_CONNECTION_LOST",
  "PROTOCOL_SEQUENCE_TIMEOUT",
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ENOENT", // the socket file
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EAI_AGAIN",
  "ER_SERVER_SHUTDOWN",
  "ER_CON_COUNT_ERROR",
  "ER_TOO_MANY_USER_CONNECTIONS",
  "ER_NORMAL_SHUTDOWN",
  "ER_CONNECTION_KILLED",
  "ER_NEW_ABORTING_CONNECTION",
]);

/** Another session was in the way: the transaction is to be done again. */
const CONTENDED = new Set(["ER_LOCK_DEADLOCK", "ER_LOCK_WAIT_TIMEOUT", "ER_CHECKREAD"]);

/** True when the server cannot be reached, or went away in the middle: the work is to be done again, whole. */
export function isAway(error: unknown): boolean {
  const closed = /connection is in closed state|server has gone away|connection lost/i;
  return AWAY.has(faultCode(error) ?? "") || closed.test(messageOf(error));
}

/** True when another session was in the way, as in a deadlock: the transaction is to be done again. */
export function isContended(error: unknown): boolean {
  return CONTENDED.has(faultCode(error) ?? "");
}

/** What a database is to whoever works with it: the settings that name it, and the code of an error where it cannot be used. */
export interface RoleOfServer {
  /** What holds its address, as a person calls it. */
  address: string;
  /** The flag that says how long it is waited for. */
  wait: string;
  /** The code of all errors, where they have one. */
  code?: "DOWNLOAD_FAILED";
}

/** A database that is the store. */
export const STORE_ROLE: RoleOfServer = { address: "CHURN_STORE", wait: "--store.wait-seconds" };

/**
 * Makes an error of the server one that a user can act on: it names host and database, and never holds the password.
 *
 * @param place host and database
 * @param waited seconds, where it was waited for
 */
export function storeError(error: unknown, place: string, role: RoleOfServer, waited?: number): unknown {
  if (error instanceof ChurnError) return error;
  const { code, errno, sqlMessage, message } = error as MysqlFault;
  const cause = error;
  const text = (sqlMessage ?? message ?? String(error)).split("\n", 1)[0];
  if (isAway(error)) {
    return new ChurnError(
      role.code ?? "STORE_UNREACHABLE",
      `${place} cannot be reached (${code ?? text}); waited ${waited ?? 0} s`,
      {
        cause,
        hint: `start the server, mend the address in ${role.address}, or wait longer with ${role.wait}`,
      },
    );
  }
  if (isContended(error)) {
    return new ChurnError(role.code ?? "STORE_BUSY", `${place} is in use by another session; waited ${waited ?? 0} s`, {
      cause,
      hint: `run it again, or wait longer with ${role.wait}`,
    });
  }
  if (code === "ENOTFOUND") {
    return new ChurnError(role.code ?? "STORE_UNREACHABLE", `${place}: there is no such host`, {
      cause,
      hint: `mend ${role.address}`,
    });
  }
  if (
    code === "ER_ACCESS_DENIED_ERROR" ||
    code === "ER_DBACCESS_DENIED_ERROR" ||
    code === "ER_ACCESS_DENIED_NO_PASSWORD_ERROR"
  ) {
    return new ChurnError(role.code ?? "STORE_UNREACHABLE", `${place} refuses this user or password`, {
      cause,
      hint: `the password goes into CHURN_MYSQL_PASSWORD or a file named by CHURN_MYSQL_PASSWORD_FILE, ?ssl-mode=REQUIRED into ${role.address} where the server takes nothing else; rights: docs/store.md`,
    });
  }
  if (code === "ER_SECURE_TRANSPORT_REQUIRED") {
    return new ChurnError(role.code ?? "STORE_UNREACHABLE", `${place} takes connections by TLS only`, {
      cause,
      hint: `add ?ssl-mode=REQUIRED to ${role.address}, or ?ssl-mode=VERIFY_IDENTITY&ssl-ca=FILE`,
    });
  }
  if (code === "HANDSHAKE_SSL_ERROR" || code === "HANDSHAKE_NO_SSL_SUPPORT") {
    return new ChurnError(role.code ?? "STORE_UNREACHABLE", `${place}: no connection by TLS: ${text}`, {
      cause,
      hint: "name who signed the server's certificate: ?ssl-ca=FILE; or do without: ?ssl-mode=DISABLED",
    });
  }
  if (code === "ER_BAD_DB_ERROR") {
    return new ChurnError(role.code ?? "STORE_UNREACHABLE", `${place}: there is no such database`, {
      cause,
      hint: "make it: CREATE DATABASE … CHARACTER SET utf8mb4",
    });
  }
  if (/denied/i.test(text)) {
    return new ChurnError(role.code ?? "STORE_UNREACHABLE", `${place}: ${text}`, {
      cause,
      hint: "rights that are needed: docs/store.md",
    });
  }
  if (code === "ER_RECORD_FILE_FULL" || code === "ER_DISK_FULL" || errno === 1021 || errno === 1114) {
    return new ChurnError(role.code ?? "STORE_FULL", `${place}: the server's disk is full (${text})`, {
      cause,
      hint: "make room there and run it again; nothing was lost",
    });
  }
  if (errno !== undefined)
    return new ChurnError(role.code ?? "STORE_FAILED", `${place}: ${text} (${code ?? errno})`, { cause });
  return error;
}
