import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mayNameSecret, sensitivityOf } from '../../../src/core/redaction/sensitive-names.ts';

const secret = [
  ...['password', 'Password', 'PASSWORD', 'userPassword', 'user_password', 'user-password', 'user.password', 'PGPASSWORD', 'passwd', 'pwd', 'DB_PWD'],
  ...['passphrase', 'secret', 'clientSecret', 'client_secret', 'token', 'accessToken', 'access_token', 'refreshtoken', 'X-Auth-Token'],
  ...['authorization', 'Proxy-Authorization', 'http.request.header.authorization', 'apiKey', 'APIKey', 'api_key', 'apikey', 'x-api-key', 'API_KEY_2'],
  ...['accessKey', 'AWS_SECRET_ACCESS_KEY', 'awsAccessKeyId', 'privateKey', 'signing_key', 'encryption-key', 'SharedAccessKey', 'AccountKey'],
  ...['credential', 'ssn', 'cvv', 'cvc', 'cvc2', 'pin', 'cardPin', 'otp', 'jwt', 'bearer', 'creditCard', 'credit_card', 'cardNumber', 'card.number', 'iban'],
  ...['sessionId', 'session_id', 'sessionid', 'JSESSIONID', 'PHPSESSID', 'connect.sid', 'sessionToken', 'csrf', 'xsrfToken', 'csrfmiddlewaretoken'],
  ...['connectionString', 'connection_string', 'ConnectionString', 'passwordHash', 'tokenId'],
];
const unlessNumber = ['tokens', 'max_tokens', 'gen_ai.usage.input_tokens', 'secrets', 'credentials', 'cookie', 'cookies', 'Set-Cookie', 'http.request.header.cookie', 'request.cookies.theme', 'auth', 'basicAuth', 'pass', 'DB_PASS'];
const harmless = [
  ...['author', 'authenticated', 'authProvider', 'oauth', 'enableOAuth', 'pinned', 'pinColor', 'shipping', 'spin', 'option', 'tokenizer', 'tokenCount', 'token_type'],
  ...['gen_ai.token.type', 'passwordless', 'passwordPolicy', 'password_min_length', 'passenger', 'compass', 'bypass', 'secretary', 'cookieConsent', 'session.id'],
  ...['session.previous_id', 'mcp.session.id', 'publicKey', 'primary_key', 'key', 'monkey', 'keyboard', 'card', 'discard', 'number', 'code', 'status', 'url.full', 'k8s.secret.name'],
  ...['', '…', '12', 'http.request.method', 'db.query.text', 'user.email', 'signature'],
];

describe('sensitivityOf', () => {
  it.each(secret)('knows that %s is a secret', (name) => expect(sensitivityOf(name)).toBe('secret'));
  it.each(unlessNumber)('knows that %s is a secret unless it is a number', (name) => expect(sensitivityOf(name)).toBe('unless-number'));
  it.each(harmless)('knows that %s is none', (name) => expect(sensitivityOf(name)).toBe('none'));

  it('does not depend on how the words are joined', () => {
    const joined = [(words: readonly string[]) => words.join('_'), (words: readonly string[]) => words.join('-'), (words: readonly string[]) => words.join('.'), (words: readonly string[]) => words.join(' '), camel];
    fc.assert(
      fc.property(fc.constantFrom(['user', 'password'], ['my', 'api', 'key'], ['x', 'access', 'token'], ['card', 'number']), fc.constantFrom(...joined), (words, join) => {
        expect(sensitivityOf(join(words))).toBe('secret');
      }),
    );
  });
});

describe('mayNameSecret', () => {
  it('says yes to every text with a secret name in it', () => {
    for (const name of [...secret, ...unlessNumber, 'signature', 'sig', 'X-Amz-Credential']) expect(mayNameSecret(`?${name}=x`), name).toBe(true);
  });

  it('never misses a name made of secret words', () => {
    const word = fc.constantFrom('api', 'key', 'card', 'number', 'session', 'id', 'pass', 'word', 'otp', 'seed', 'phrase', 'conn', 'str', 'recovery', 'code', 'social', 'security', 'cookie', 'cvc', 'auth', 'pin');
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 4 }), (words) => {
        if (sensitivityOf(camel(words)) !== 'none') expect(mayNameSecret(camel(words))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

function camel(words: readonly string[]): string {
  return words.map((word, index) => (index === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1))).join('');
}
