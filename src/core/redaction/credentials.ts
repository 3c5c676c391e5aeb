/** `Bearer` and `Basic` followed by what looks like a credential. */
const scheme: RegExp = /\b(bearer|basic)((?:[ \t]|%20){1,4})([\w.~+/=%-]{4,})/gi;
/** Words that follow those in prose: "the bearer token is missing", "basic authentication". */
const proseWord: RegExp = /^(?:tokens?|auth\w*|schemes?|headers?|formats?|credentials?|realm|access|was|with|must|does|from|type|is)\b(?![.~+/=%-]*\w)/i;
/** Base64 of a name and a password has both cases, or digits. */
const mixed: RegExp = /[\d+/=]|[a-z][A-Z]|[A-Z]{2}[a-z]/;

/** A JSON Web Token, or what a cut left of it: base64 of `{"`. */
const webToken: RegExp = /eyJ[\w-]{8,}(?:\.[\w-]*){0,4}/g;

/** For prefixes short enough to be the end of a word: `task-`, `disk-`. */
const wordStart = '(?<![A-Za-z])';
/** What providers' tokens begin with, and how many characters follow at least. Each is linear: no part can match in two ways. */
const knownToken: RegExp = new RegExp(
  [
    `${wordStart}sk-(?:proj|ant|svcacct|admin|or|lf)-[\\w-]{8,}`, // OpenAI, Anthropic and their like
    `${wordStart}sk-[A-Za-z0-9]{20,}`,
    '[sr]k_(?:live|test)_[A-Za-z0-9]{8,}', // Stripe
    'whsec_[A-Za-z0-9+/=]{16,}',
    'gh[pousr]_[A-Za-z0-9]{16,}', // GitHub
    'github_pat_\\w{16,}',
    'glpat-[\\w-]{16,}', // GitLab
    'xox[a-z]-[\\w-]{8,}', // Slack
    'xapp-[\\w-]{16,}',
    '(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{12,}', // AWS
    'AIza[\\w-]{20,}', // Google
    'ya29\\.[\\w-]{16,}',
    'npm_[A-Za-z0-9]{20,}',
    'pypi-[\\w-]{16,}',
    `${wordStart}SG\\.[\\w-]{10,}\\.[\\w-]{10,}`, // SendGrid
    `${wordStart}hf_[A-Za-z0-9]{20,}`, // Hugging Face
    'shp(?:at|ca|pa|ss)_[A-Fa-f0-9]{16,}', // Shopify
    'dckr_pat_[\\w-]{16,}',
    'dop_v1_[a-f0-9]{16,}', // DigitalOcean
    'hvs\\.[\\w-]{16,}', // Vault
    'sntrys_[\\w+/=]{16,}', // Sentry
  ].join('|'),
  'g',
);

// Looked for first: on a text without secrets, which most are, they cost a tenth of the full search.
const schemeHint: RegExp = /bearer|basic/i;
const tokenHint: RegExp =
  /eyJ|sk-|[sr]k_|whsec_|gh[pousr]_|github_pat|glpat|xox|xapp|A(?:KIA|SIA|BIA|CCA|Iza)|ya29|npm_|pypi|SG\.|hf_|shp|dckr|dop_|hvs|sntrys/;

const pemBegin: RegExp = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY[A-Z ]{0,10}-----/g;
const pemEnd: RegExp = /-----END [A-Z0-9 ]{0,40}PRIVATE KEY[A-Z ]{0,10}-----/g;

/** Whether `redactSchemes` may find something. */
export function mayHoldScheme(text: string): boolean {
  return schemeHint.test(text);
}

/** Whether `redactTokens` may find something. */
export function mayHoldToken(text: string): boolean {
  return tokenHint.test(text);
}

/** Whether `redactPrivateKeys` may find something. */
export function mayHoldPrivateKey(text: string): boolean {
  return text.includes('-----BEGIN');
}

/** Replaces what follows `Bearer` and `Basic`. */
export function redactSchemes(text: string, replacement: string): string {
  if (!mayHoldScheme(text)) return text;
  return text.replace(scheme, (all: string, name: string, space: string, value: string) => {
    const isProse = proseWord.test(value) || (name.toLowerCase() === 'basic' && !mixed.test(value));
    return isProse ? all : `${name}${space}${replacement}`;
  });
}

/** Replaces JSON Web Tokens and tokens with a provider's prefix. */
export function redactTokens(text: string, replacement: string): string {
  if (!mayHoldToken(text)) return text;
  return text.replace(webToken, () => replacement).replace(knownToken, () => replacement);
}

/** Replaces private keys in PEM, also those whose end was cut off. */
export function redactPrivateKeys(text: string, replacement: string): string {
  if (!mayHoldPrivateKey(text)) return text;
  let result = '';
  let done = 0;
  for (const { index } of text.matchAll(pemBegin)) {
    if (index < done) continue;
    pemEnd.lastIndex = index;
    const end = pemEnd.exec(text);
    result += text.slice(done, index) + replacement;
    done = end === null ? text.length : end.index + end[0].length;
  }
  return done === 0 ? text : result + text.slice(done);
}
