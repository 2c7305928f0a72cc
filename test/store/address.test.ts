import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openStore } from "../../src/store/open-store.js";
import { serversHere, startServer, type TestServer } from "./servers.js";

const folder = mkdtempSync(join(tmpdir(), "churn-tls-"));
const [ca, key] = [join(folder, "ca.pem"), join(folder, "key.pem")];

beforeAll(() => {
  const names = "subjectAltName=IP:127.0.0.1";
  const words = `req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=test -addext ${names} -keyout ${key} -out ${ca}`;
  execFileSync("openssl", words.split(" "), { stdio: "ignore" });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Asks the store behind an address for a number. */
async function ask(url: string): Promise<unknown> {
  const store = openStore(
    { url, path: join(mkdtempSync(join(folder, "copy-")), "churn.duckdb"), wait_seconds: 1 },
    () => {},
  );
  return store.lease(async (db) => (await db.row("SELECT 40 + 2 AS n"))?.n, { create: true });
}

describe.each(serversHere())("%s that takes TLS only", (name) => {
  let server: TestServer;
  beforeAll(async () => {
    const options = (at: (file: string) => string) => [
      ...[`--ssl-cert=${at("ca.pem")}`, `--ssl-key=${at("key.pem")}`, "--require-secure-transport=ON"],
    ];
    server = await startServer(name, { files: [ca, key], options });
  });
  afterAll(() => server?.close());

  it.each(["REQUIRED", "VERIFY_CA", "VERIFY_IDENTITY"])("is reached with ssl-mode=%s", async (mode) => {
    const { url } = await server.database();
    expect(await ask(`${url}?ssl-mode=${mode}${mode === "REQUIRED" ? "" : `&ssl-ca=${ca}`}`)).toBe(42);
  });
  it("is reached by its socket", async () => {
    const { name } = await server.database();
    await server.root(`CREATE USER IF NOT EXISTS socket@localhost; GRANT ALL ON ${name}.* TO socket@localhost`);
    const password = process.env.CHURN_MYSQL_PASSWORD;
    delete process.env.CHURN_MYSQL_PASSWORD;
    try {
      expect(await ask(`mysql://socket@localhost/${name}?socket=${server.socket}`)).toBe(42);
    } finally {
      process.env.CHURN_MYSQL_PASSWORD = password;
    }
  });
  it("says what to do without TLS, and with a certificate that nobody knows", async () => {
    const { url } = await server.database();
    await expect(ask(url)).rejects.toMatchObject({ hint: expect.stringContaining("?ssl-mode=REQUIRED") });
    await expect(ask(`${url}?ssl-mode=VERIFY_CA`)).rejects.toMatchObject({
      code: "STORE_UNREACHABLE",
      message: expect.stringMatching(/no connection by TLS: self.signed certificate/),
      hint: expect.stringContaining("?ssl-ca=FILE"),
    });
  });
});
