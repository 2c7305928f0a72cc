/** Words that announce a secret wherever they stand in a name. */
const SECRET =
  /^(secrets?|passwords?|pass|passwd|pwd|passcodes?|passphrases?|tokens?|apikeys?|credentials?|creds|bearer|authorization|dsn|pem)$/;

/** What joined words end with: `dbpassword`, `githubtoken`. */
const SECRET_END = /[a-z](password|passwd|passphrase|passcode|apikey|authtoken|accesstoken)$/;

/** Before `tokens` and `keys`: others are words of a text, or names of columns. */
const SECRET_MANY = /^(api|auth|access|private|refresh|secret|signing|encryption)$/;

/** Before `key`, whatever follows it. */
const SECRET_KEY = /^(api|access|private|signing|encryption|secret|auth|ssh)$/;

/** Before a `key` that ends a name: these name a column, a place in a list, or a key of a keyboard. */
const COLUMN_KEY = new RegExp(
  `^(${[
    "sort join primary foreign group partition index row natural surrogate business composite unique order cache merge lookup hash",
    "cluster candidate super map dict object json field column col time date day month customer subscriber user account caller id",
    "dedup dedupe left right main alternate alt record product event item line match target label feature parent child table",
    "store segment category sub param parameter config option i18n message translation storage object partition clustering by",
    "public shift control arrow enter",
  ]
    .join(" ")
    .replaceAll(" ", "|")})$`,
);

/** Says whether a name announces a secret: `apiKey`, `DB_PASSWORD`, `private_key_pem`; `sort_key` names a column. */
export function isSecretName(name: string): boolean {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter(Boolean);
  return words.some((word, i) => {
    const before = words[i - 1] ?? "";
    if (/^(keys|tokens)$/.test(word)) return SECRET_MANY.test(before);
    // `key2` counts as well
    if (/^key\d*$/.test(word)) {
      return SECRET_KEY.test(before) || (i > 0 && i === words.length - 1 && !COLUMN_KEY.test(before));
    }
    if (/^(string|str|uri|url)$/.test(word) && /^(connection|conn)$/.test(before)) return true;
    return SECRET.test(word) || SECRET_END.test(word) || /^(connectionstring|connstr)$/.test(word);
  });
}
