import { readFileSync } from "node:fs";
import { ChurnError } from "../../core/errors.js";
import { faultCode, messageOf } from "../../core/fault.js";

/** Where a MySQL database is and how to get in; never printed whole, since it holds the password. */
export interface MysqlAddress {
  host: string;
  port: number;
  socket: string | null;
  user: string;
  password: string | null;
  database: string;
  /** Options of the TLS layer, or null for a plain connection. */
  tls: { ca?: string; cert?: string; key?: string; rejectUnauthorized: boolean; checkName: boolean } | null;
}

/** How strictly the server's certificate is looked at, in the words of MySQL's own clients. */
const SSL_MODES = ["DISABLED", "REQUIRED", "VERIFY_CA", "VERIFY_IDENTITY"];
const PARAMETERS = ["socket", "ssl-mode", "ssl-ca", "ssl-cert", "ssl-key"];

/** Whose address it is: the option that has it, what it looks like there, and the parameters that only that option knows. */
export interface AddressOf {
  option: string;
  example: string;
  parameters: readonly string[];
}

const OF_STORE: AddressOf = { option: "store.url", example: "mysql://user@host:3306/RawData", parameters: [] };

/**
 * Reads `mysql://user@host:port/database?socket=…&ssl-mode=…&ssl-ca=…&ssl-cert=…&ssl-key=…`.
 *
 * The password comes from `CHURN_MYSQL_PASSWORD` or the file that `CHURN_MYSQL_PASSWORD_FILE` names: one in the address would
 * end up in settings tables, notebooks and process lists.
 *
 * @throws ChurnError BAD_OPTION for an address that cannot be used, NOT_FOUND for a file that cannot be read
 */
export function parseMysqlAddress(
  text: string,
  of: AddressOf = OF_STORE,
  env: NodeJS.ProcessEnv = process.env,
): MysqlAddress {
  const badAddress = (fault: string, options: { cause?: unknown } = {}) => wrongAddress(fault, of, options);
  let url: URL;
  try {
    url = new URL(text);
  } catch (cause) {
    throw badAddress("is not an address", { cause });
  }
  // the address itself is shown only when it surely holds no password
  if (url.password) throw badAddress("holds a password");
  if (url.protocol !== "mysql:" && url.protocol !== "mariadb:") {
    throw badAddress(`begins with ${JSON.stringify(url.protocol)} instead of mysql:`);
  }
  const database = decodeURIComponent(url.pathname.slice(1));
  if (!database || database.includes("/")) throw badAddress("names no database");
  for (const key of url.searchParams.keys()) {
    if (!PARAMETERS.includes(key) && !of.parameters.includes(key)) {
      throw badAddress(`has an unknown parameter ${JSON.stringify(key)}`);
    }
  }
  const get = (key: string) => url.searchParams.get(key);
  const host = url.hostname.replace(/^\[|\]$/g, "") || "localhost";
  return {
    host,
    port: url.port ? Number(url.port) : 3306,
    socket: get("socket"),
    user: decodeURIComponent(url.username) || "root",
    password: readPassword(env),
    database,
    tls: readTls(get, host, badAddress),
  };
}

/** What a person calls this database: `RawData on db.example.org:3306`. */
export function describePlace({ database, host, port, socket }: MysqlAddress): string {
  return `${database} on ${socket ?? `${host}:${port}`}`;
}

function readPassword(env: NodeJS.ProcessEnv): string | null {
  if (env.CHURN_MYSQL_PASSWORD) return env.CHURN_MYSQL_PASSWORD;
  if (!env.CHURN_MYSQL_PASSWORD_FILE) return null;
  return readText(env.CHURN_MYSQL_PASSWORD_FILE, "CHURN_MYSQL_PASSWORD_FILE").replace(/\r?\n$/, "");
}

function readTls(
  get: (key: string) => string | null,
  host: string,
  badAddress: (fault: string) => ChurnError,
): MysqlAddress["tls"] {
  const files = { ca: get("ssl-ca"), cert: get("ssl-cert"), key: get("ssl-key") };
  const mode = get("ssl-mode")?.toUpperCase() ?? (files.ca ? "VERIFY_CA" : files.cert ? "REQUIRED" : "DISABLED");
  if (!SSL_MODES.includes(mode)) {
    throw badAddress(`has ssl-mode=${mode}; it takes ${SSL_MODES.join(", ")}`);
  }
  if (mode === "DISABLED") return null;
  const read = (key: keyof typeof files) => {
    const path = files[key];
    return path ? { [key]: readText(path, `ssl-${key}`) } : {};
  };
  return {
    ...read("ca"),
    ...read("cert"),
    ...read("key"),
    rejectUnauthorized: mode.startsWith("VERIFY"),
    checkName: mode === "VERIFY_IDENTITY" && host !== "",
  };
}

function readText(path: string, what: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    const reason = faultCode(cause) === "ENOENT" ? "no such file" : messageOf(cause);
    throw new ChurnError("NOT_FOUND", `${what}: ${path} cannot be read: ${reason}`, { cause });
  }
}

function wrongAddress(fault: string, { option, example }: AddressOf, options: { cause?: unknown }): ChurnError {
  return new ChurnError("BAD_OPTION", `option "${option}" ${fault}`, {
    ...options,
    hint: `it takes ${example}; the password goes into CHURN_MYSQL_PASSWORD or a file named by CHURN_MYSQL_PASSWORD_FILE`,
  });
}
