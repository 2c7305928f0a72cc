import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { environmentSecrets } from "./environment-secrets.js";
import { maskNotebook } from "./mask-notebook.js";
import type { Notebook, NotebookCell } from "./notebook.js";
import { isSecretName } from "./secret-names.js";
import { MASK, maskDeep, masker } from "./secrets.js";

it("knows secrets by their names, and leaves words that only look so", () => {
  for (const name of [
    "token",
    "apiKey",
    "db_password",
    "CLIENT_SECRET",
    "githubToken",
    "private_key_pem",
    "privateKeyPEM",
    "db_pass",
    "dbpassword",
    "userPwd",
    "api_key_2",
    "APIKey2",
    "passcode",
    "ssh_passphrase",
    "bearer",
    "authorization_header",
    "sentry_dsn",
    "connectionString",
    "mysql_connection_string",
    "stripe_key",
    "encryption_key_id",
    "CHURN_MYSQL_PASSWORD",
    "AWS_SECRET_ACCESS_KEY",
    "accessKey",
    "api_tokens",
    "passwords",
  ]) {
    expect(isSecretName(name), name).toBe(true);
  }
  for (const name of [
    "keyboard",
    "tokenizer",
    "key_column",
    "max_tokens",
    "monkey",
    "secretary",
    "key",
    "keys",
    "sort_key",
    "joinKey",
    "primary_key",
    "by_key",
    "compass",
    "passenger",
    "public_key",
    "tokens",
    "dsname",
  ]) {
    expect(isSecretName(name), name).toBe(false);
  }
});

it("masks a value in every form in which it turns up", () => {
  const secret = 'a"b&c/d';
  const mask = masker([secret]);
  for (const form of [
    secret,
    JSON.stringify(secret),
    encodeURIComponent(secret),
    Buffer.from(secret).toString("base64"),
  ]) {
    expect(mask(`<${form}>`)).toContain("[secret]");
    expect(mask(`<${form}>`)).not.toContain(form.replace(/^"|"$/g, ""));
  }
});

it("masks each line of a value of many lines, and text that is kept in lines", () => {
  const mask = masker(["-----BEGIN\nabcdefgh12\n-----END"]);
  expect(mask("has abcdefgh12 in it")).toBe("has [secret] in it");
  expect(maskDeep({ text: ["one -----BEGIN\n", "abcdefgh12\n", "-----END two"] }, mask)).toEqual({
    text: ["one [secret] two"],
  });
});

it("leaves texts alone when there is no secret", () => {
  expect(masker(["", "ab"])("abba")).toBe("abba");
});

describe("secretForms", () => {
  const secret = 'Hünter2 "q"&<x>/+é';
  const bytes = Buffer.from(secret);
  const mask = masker([secret]);
  it.each([
    ["as it is", secret],
    ["JSON", JSON.stringify({ secret })],
    ["JSON in JSON", JSON.stringify(JSON.stringify({ secret }))],
    ["a URL", `https://a/?t=${encodeURIComponent(secret)}`],
    ["a form", new URLSearchParams({ t: secret }).toString()],
    ["hex", bytes.toString("hex")],
    ["bytes as Node shows them", inspect(bytes)],
    ["base64", bytes.toString("base64")],
    ["base64 for URLs", bytes.toString("base64url")],
    ["base64 after one byte", Buffer.from(`:${secret}xyz`).toString("base64")],
    ["base64 after a user's name", Buffer.from(`user:${secret}`).toString("base64")],
  ])("%s is masked", (_, text) => {
    expect(mask(text)).toContain(MASK);
    for (const part of ["ünter2", "%C3%BCnter2", "bnRlcjI", "6e74657232", "6e 74 65 72"]) {
      expect(mask(text)).not.toContain(part);
    }
  });

  it("of lists and objects every text is masked", () => {
    expect(masker([["first", { b: "second" }]])("first second third")).toBe(`${MASK} ${MASK} third`);
  });
});

it("a short word is masked where it stands alone", () => {
  expect(masker(["day"])("Sunday, day by day; day=1 'day'")).toBe(`Sunday, ${MASK} by ${MASK}; ${MASK}=1 '${MASK}'`);
});

it("the format of a notebook stays, whatever word a secret is", () => {
  const cell: NotebookCell = {
    cell_type: "code",
    id: "text",
    metadata: { tags: ["data"] },
    source: 'const text = "data";',
    outputs: [
      { output_type: "stream", name: "stdout", text: ["connected to data\n"] },
      {
        output_type: "display_data",
        data: { "text/plain": "data", "application/json": { data: ["text"], t0k: 1 } },
        metadata: {},
      },
      { output_type: "error", ename: "Error", evalue: "no data", traceback: ["text"] },
    ],
  };
  const notebook: Notebook = {
    cells: [cell],
    metadata: { papermill: { parameters: { data: "text" }, input_path: "t0k.ipynb" } },
    nbformat: 4,
    nbformat_minor: 5,
  };
  const words = ["data", "text", "t0k", "stdout", "cells", "metadata", "source", "outputs", "code"];
  const masked = maskNotebook(notebook, masker(words));
  expect(masked).toEqual({
    cells: [
      {
        cell_type: "code",
        id: "text",
        metadata: { tags: ["data"] },
        source: `const ${MASK} = "${MASK}";`,
        outputs: [
          { output_type: "stream", name: "stdout", text: [`connected to ${MASK}\n`] },
          {
            output_type: "display_data",
            data: { "text/plain": MASK, "application/json": { data: [MASK], [MASK]: 1 } },
            metadata: {},
          },
          { output_type: "error", ename: "Error", evalue: `no ${MASK}`, traceback: [MASK] },
        ],
      },
    ],
    metadata: { papermill: { parameters: { data: MASK }, input_path: `${MASK}.ipynb` } },
    nbformat: 4,
    nbformat_minor: 5,
  });
});

it("secrets of the environment are known: the workbench's, what others name so, passwords in addresses", () => {
  const env = {
    CHURN_MYSQL_PASSWORD: "pw1",
    CHURN_SECRET_X: "pw2",
    JUPYTER_TOKEN: "pw3",
    CHURN_STORE: "mysql://user:p%40ss@host/db",
    GITHUB_TOKEN: "ghp_123456789",
    CHURN_MYSQL_PASSWORD_FILE: "/run/secrets/pw",
    PASS: "short",
    SECRET_STAGE: "development",
    CHURN_SECRET_Y: "churn",
    HOME: "/root",
  };
  expect(environmentSecrets(env)).toEqual(["pw1", "pw2", "pw3", "p%40ss", "p@ss", "ghp_123456789"]);
});
