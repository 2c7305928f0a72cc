import { createVerify, generateKeyPairSync } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { serve } from "../../../test/download/serve.js";
import { temporaryFolder } from "../../../test/download/temporary-folder.js";
import { downloadOptions } from "../options.js";
import { gsLogin } from "./gs-login.js";

const { privateKey, publicKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
});
const KEY = {
  type: "service_account",
  client_email: "reader@project.iam.gserviceaccount.com",
  private_key: privateKey,
  private_key_id: "k1",
};

let folder: string;
beforeEach(async () => {
  folder = await temporaryFolder();
});

async function put(content: unknown): Promise<string> {
  const path = join(folder, "key.json");
  await writeFile(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

const settings = (options: object) => downloadOptions.parse({ timeout: 5, ...options });

describe("a login by key file", () => {
  it("signs a token for reading storage, which the public key verifies", async () => {
    const login = await gsLogin(settings({ key_file: await put(KEY) }), {});
    expect(login.who).toBe(KEY.client_email);
    const { authorization = "" } = await login.headers();
    const [head = "", body = "", signature = ""] = authorization.replace(/^Bearer /, "").split(".");
    const read = (part: string) => JSON.parse(Buffer.from(part, "base64url").toString());
    expect(read(head)).toMatchObject({ alg: "RS256", kid: "k1" });
    expect(read(body)).toMatchObject({
      iss: KEY.client_email,
      sub: KEY.client_email,
      scope: "https://www.googleapis.com/auth/devstorage.read_only",
    });
    expect(read(body).exp - Date.now() / 1000).toBeLessThanOrEqual(3600);
    const verify = createVerify("RSA-SHA256").update(`${head}.${body}`);
    expect(verify.verify(publicKey, signature, "base64url")).toBe(true);
  });

  it("is found by GOOGLE_APPLICATION_CREDENTIALS too, and not needed for anonymous", async () => {
    const GOOGLE_APPLICATION_CREDENTIALS = await put(KEY);
    expect((await gsLogin(settings({}), { GOOGLE_APPLICATION_CREDENTIALS })).who).toBe(KEY.client_email);
    const nobody = await gsLogin(settings({ credentials: "anonymous" }), { GOOGLE_APPLICATION_CREDENTIALS });
    expect([nobody.who, await nobody.headers()]).toEqual([undefined, {}]);
    expect(await (await gsLogin(settings({}), {})).headers()).toEqual({});
    await expect(gsLogin(settings({ credentials: "key" }), {})).rejects.toThrow(/no key file is named/);
  });

  it("says what is wrong with the file, and nothing of what is in it", async () => {
    const secret = privateKey.slice(100, 140);
    const faults: [content: unknown, message: RegExp][] = [
      [privateKey, /malformed: it is not JSON[\s\S]*not P12 or PEM/],
      ["", /malformed: it is not JSON/],
      ["[1]", /malformed: it is not JSON/],
      [{ installed: { client_id: secret } }, /no "type"[\s\S]*OAuth client/],
      [{ ...KEY, type: "user" }, /its "type" is "user"/],
      [{ ...KEY, client_email: undefined }, /no "client_email"/],
      [{ ...KEY, private_key: "" }, /no "private_key"/],
      [{ ...KEY, private_key: privateKey.replaceAll("\n", "") }, /"private_key" cannot be read as PEM/],
    ];
    for (const [content, message] of faults) {
      const failed = gsLogin(settings({ key_file: await put(content) }), {});
      await expect(failed).rejects.toThrow(message);
      await expect(failed).rejects.toThrow(/key\.json \(download\.key_file\)/);
      const error = await failed.catch((each: Error) => each);
      expect(`${(error as Error).message}${(error as Error).cause ?? ""}`).not.toContain(secret);
    }
    await expect(gsLogin(settings({ key_file: folder }), {})).rejects.toThrow(/is a folder/);
    await expect(
      gsLogin(settings({}), { GOOGLE_APPLICATION_CREDENTIALS: join(folder, "none.json") }),
    ).rejects.toMatchObject({
      code: "BAD_OPTION",
      message: expect.stringMatching(/none\.json \(GOOGLE_APPLICATION_CREDENTIALS\) does not exist/),
    });
  });
});

describe("the ambient login", () => {
  beforeEach(() => {
    // nothing of this machine's own login may be seen here
    vi.stubEnv("HOME", folder);
    vi.stubEnv("CLOUDSDK_CONFIG", folder);
    vi.stubEnv("GOOGLE_APPLICATION_CREDENTIALS", "");
    return () => vi.unstubAllEnvs();
  });

  it("takes its token from the metadata server of the machine", async () => {
    const { url, requests } = await serve((request, response) => {
      response.setHeader("metadata-flavor", "Google");
      if (request.url?.includes("/token")) {
        response.setHeader("content-type", "application/json");
        return void response.end(
          JSON.stringify({ access_token: "from-metadata", expires_in: 3600, token_type: "Bearer" }),
        );
      }
      response.end("ok");
    });
    vi.stubEnv("GCE_METADATA_HOST", url.replace("http://", ""));
    vi.stubEnv("METADATA_SERVER_DETECTION", "assume-present");
    const login = await gsLogin(settings({ credentials: "ambient" }), {});
    expect(await login.headers()).toMatchObject({ authorization: "Bearer from-metadata" });
    expect(requests.find(({ url }) => url?.includes("/token"))?.headers["metadata-flavor"]).toBe("Google");
  });

  it("that is nowhere is reported, with the command that makes one", async () => {
    vi.stubEnv("METADATA_SERVER_DETECTION", "none");
    vi.stubEnv("GCE_METADATA_HOST", "");
    await expect(gsLogin(settings({ credentials: "ambient" }), {})).rejects.toThrow(
      /no ambient login found[\s\S]*gcloud auth application-default login/,
    );
  });
});
