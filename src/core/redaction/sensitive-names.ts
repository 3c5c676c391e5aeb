/** What a name says of its value: no secret; a secret unless it is a number (`max_tokens: 512` counts them); a secret. */
export type Sensitivity = 'none' | 'unless-number' | 'secret';

/** Secret wherever they stand in a name. */
const secretWords: ReadonlySet<string> = words(
  'password passwd pwd passphrase passcode secret token authorization credential creds ssn cvv cvc otp totp jwt iban csrf xsrf',
  'apikey accesskey secretkey privatekey signingkey encryptionkey authkey mnemonic sessid awsaccesskeyid',
);
/** Several of them: as a number it is how many. */
const pluralWords: ReadonlySet<string> = words('passwords secrets tokens credentials apikeys jwts otps');
/** Secret only as the last word: `pinColor`, `authProvider`, `cookieConsent` are about something else. */
const lastWords: ReadonlyMap<string, Sensitivity> = new Map([
  ['pin', 'secret'],
  ['bearer', 'secret'],
  ['auth', 'unless-number'],
  ['pass', 'unless-number'],
  ['cookie', 'unless-number'],
  ['cookies', 'unless-number'],
]);
/** Secret next to each other. */
const secretPairs: ReadonlySet<string> = new Set([
  ...['api', 'access', 'private', 'secret', 'signing', 'encryption', 'master', 'auth', 'account', 'session'].map((word) => `${word} key`),
  ...['auth code', 'authorization code', 'auth header', 'security code', 'pin code', 'cookie header', 'cookie value', 'cookie string'],
  ...['credit card', 'debit card', 'card number', 'account number', 'connection string', 'conn string', 'conn str', 'session id'],
  ...['mfa code', 'verification code', 'security answer', 'stripe key', 'connect sid', 'recovery code', 'recovery codes', 'seed phrase', 'social security'],
]);
/** Run-on words: `PGPASSWORD`, `csrfmiddlewaretoken`, `JSESSIONID`, `connectionstring`. */
const runOn: RegExp =
  /password(?!less)|passwd|passphrase|(?:token|secret|apikey|privatekey|secretkey|accesskey|credential|.cookie|sessionid|sessid|connectionstring|creditcard|cardnumber)$/;
const runOnPlural: RegExp = /(?:token|secret|apikey|credential|.cookie)s$/;
/** As the last word, they say the value is about a secret, not one: `tokenCount`, `password_policy`, `gen_ai.token.type`. */
const aboutWords: ReadonlySet<string> = words(
  'count counts length len size limit ttl expiry expires expiration age type version alg algorithm policy strength enabled required',
  'valid status usage budget total at name path file arn consent',
);
/** Every secret name has one of these in it. One expression over a text spares it the search for names. */
const stems: RegExp =
  /pass|pwd|secret|token|auth|cred|ssn|cv[vc]|otp|jwt|iban|[cx]srf|key|sess|sid|cookie|pin|bearer|mnemonic|phrase|card|security|conn|account|sig|social|recovery|mfa|verification/i;
/** Official attributes of OpenTelemetry that only sound secret. */
const officialName: RegExp = /(?:^|\.)session\.(?:id|previous_id)$/;
/** What lies below a cookie jar, flattened: `request.cookies.theme`. */
const belowCookies: RegExp = /(?:^|[._-])cookies?\./i;
/** The signatures of signed URLs: https://github.com/open-telemetry/semantic-conventions/blob/main/docs/registry/attributes/url.md */
const signatureName: RegExp = /^(?:x-(?:amz|goog)-(?:signature|credential|security-token)|awsaccesskeyid|signature|sig)$/i;

/** Headers: so surely secret that the text after one in a list is its value, as in Node's `rawHeaders`. */
const headerName: RegExp = /^(?:(?:proxy-)?authorization|(?:set-)?cookie|x-api-key)$/i;

/** Judges a name by its words, however they are joined: `apiKey`, `API_KEY`, `x-api-key`, `db.apikey`. */
export function sensitivityOf(name: string): Sensitivity {
  if (officialName.test(name)) return 'none';
  const parts = split(name);
  const last = parts.at(-1);
  if (last === undefined || aboutWords.has(last)) return 'none';
  let found: Sensitivity = belowCookies.test(name) ? 'unless-number' : 'none';
  for (const [index, word] of parts.entries()) {
    if (secretWords.has(word) || runOn.test(word)) return 'secret';
    if (secretPairs.has(`${word} ${parts[index + 1]}`)) return 'secret';
    if (pluralWords.has(word) || runOnPlural.test(word)) found = 'unless-number';
  }
  return found === 'none' ? (lastWords.get(last) ?? 'none') : found;
}

/** Whether a text can have a secret name in it, signatures included. */
export function mayNameSecret(text: string): boolean {
  return stems.test(text);
}

/** Names of headers that are secret in any list. */
export function isHeaderName(name: string): boolean {
  return headerName.test(name);
}

/** Names secret only as a parameter of a URL. */
export function isSignatureName(name: string): boolean {
  return signatureName.test(name);
}

function split(name: string): string[] {
  return name
    .slice(0, 256)
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .replace(/\bo auth/g, 'oauth')
    .split(/[^a-z]+/)
    .filter((word) => word !== '');
}

function words(...lines: readonly string[]): ReadonlySet<string> {
  return new Set(lines.join(' ').split(' '));
}
