import { X509Certificate, createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { configurationError, describeValue } from '../core/configuration-error.ts';
import type { ConfigurationIssue } from '../core/configuration-error.ts';
import type { TlsOptions } from '../core/transport.ts';

/** PEM texts. */
export interface TlsTexts {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** Reads and tries what was given. @throws ConfigurationError naming every option that cannot be used, and no contents */
export function readTls(options: TlsOptions | undefined): TlsTexts {
  const issues: ConfigurationIssue[] = [];
  const texts: Record<string, string> = {};
  for (const name of ['ca', 'cert', 'key'] as const) {
    const given = options?.[name];
    if (given === undefined) continue;
    try {
      texts[name] = checked(name, given.includes('-----BEGIN ') ? given : readFileSync(given, 'utf8'));
    } catch (error) {
      issues.push({ path: `tls.${name}`, expected: 'PEM text, or the path of a file with it', received: `${describeValue(given)}, ${codeOf(error)}` });
    }
  }
  if (issues.length > 0) throw configurationError(issues);
  if (Object.keys(texts).length === 0) return texts;
  try {
    // Now, not with the first request.
    createSecureContext(texts);
  } catch (error) {
    throw configurationError([{ path: 'tls', expected: 'a certificate and the key of it', received: codeOf(error) }]);
  }
  return texts;
}

/** An authority that cannot be read would only be left out. */
function checked(name: keyof TlsTexts, text: string): string {
  if (name === 'key') createPrivateKey(text);
  else new X509Certificate(text);
  return text;
}

/** Not the message: it may quote what was given. */
function codeOf(error: unknown): string {
  return String((error as NodeJS.ErrnoException).code ?? 'unusable');
}
