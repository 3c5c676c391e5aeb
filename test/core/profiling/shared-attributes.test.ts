import { describe, expect, it } from 'vitest';
import { createRedactor } from '../../../src/core/redaction/redactor.ts';
import type { ProfileSignal } from '../../../src/core/signal.ts';

function profiled(attributes: ProfileSignal['attributes']): ProfileSignal {
  return {
    kind: 'profile', name: 'work', timestamp: 0, attributes, trace: undefined, requestId: undefined, sessionId: undefined,
    duration: 1, failed: false,
  };
}

describe('the attributes that many calls share', () => {
  it('are searched for secrets once, and only when they can no longer change', () => {
    const redactor = createRedactor();
    const open: Record<string, string> = { queue: 'mail' };
    expect(redactor.redactSignal(profiled(open), true)?.attributes).toBe(open);
    open['password'] = 'hunter2';
    expect(redactor.redactSignal(profiled(open), true)?.attributes).toEqual({ queue: 'mail', password: '[REDACTED]' });
  });

  it('are redacted with every call when there is a secret in them', () => {
    const redactor = createRedactor();
    const fixed = Object.freeze({ password: 'hunter2' });
    for (let call = 0; call < 3; call += 1) {
      expect(redactor.redactSignal(profiled(fixed), true)?.attributes).toEqual({ password: '[REDACTED]' });
    }
  });
});
