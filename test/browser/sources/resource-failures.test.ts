import { afterEach, describe, expect, it } from '#test';
import { createObservability, resourceFailures } from '../../../src/browser/index.ts';
import type { ObservabilityManager } from '../../../src/browser/index.ts';
import { createTestClock } from '#testing';
import { recordingOf } from '../../helpers/recorded.ts';

let managers: ObservabilityManager[] = [];
let stage: HTMLElement[] = [];

// In a suite of its own: what stands outside of one holds for the tests of every file.
describe('resourceFailures', () => {
  afterEach(async () => {
    await Promise.all(managers.splice(0).map((obs) => obs.shutdown()));
    for (const element of stage.splice(0)) element.remove();
  });

  function observe() {
    const clock = createTestClock();
    const obs = createObservability({ sources: [resourceFailures()], sinks: [], clock });
    managers.push(obs);
    return { obs, clock, ...recordingOf(obs) };
  }

  /** Puts this into the page, and waits until the browser gave up on it. */
  async function load(tag: string, attributes: Readonly<Record<string, string>>, inside = ''): Promise<void> {
    const element = document.createElement(tag);
    element.innerHTML = inside;
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    stage.push(element);
    const failing = element.firstElementChild ?? element;
    await new Promise((resolve) => {
      failing.addEventListener('error', resolve, { once: true });
      document.body.append(element);
    });
  }

  const gone = `${location.origin}/gone.x`;

  it('are errors of their own type, without the secrets of the address', async () => {
    const { only } = observe();
    await load('img', { id: 'logo', src: '/gone.x?signature=verysecretvalue#top' });
    expect(only('error')).toMatchObject({
      name: 'ResourceError',
      level: 'warn',
      handled: true,
      mechanism: 'onresource',
      error: { type: 'ResourceError', message: `img failed to load: ${gone}`, stack: undefined },
      attributes: { 'url.full': gone, 'arkhe.element': 'img#logo' },
    });
    expect(JSON.stringify(only('error'))).not.toContain('verysecretvalue');
  });

  it.each([
    ['a script', 'script', { src: '/gone.x' }, 'error'],
    ['a style sheet', 'link', { rel: 'stylesheet', href: '/gone.x' }, 'error'],
    ['a preload', 'link', { rel: 'preload', as: 'image', href: '/gone.x' }, 'warn'],
    ['a video', 'video', { src: '/gone.x' }, 'warn'],
    ['an object', 'object', { data: '/gone.x' }, 'warn'],
  ] as const)('of %s are told', async (_, tag, attributes, level) => {
    const { only } = observe();
    await load(tag, attributes);
    expect(only('error')).toMatchObject({ level, error: { message: `${tag} failed to load: ${gone}` } });
  });

  it('of a drawing are told', async () => {
    const { only } = observe();
    const drawing = document.createElement('p');
    drawing.innerHTML = '<svg><image href="/gone.x?a=1"></image></svg>';
    stage.push(drawing);
    const failed = new Promise((resolve) => drawing.querySelector('image')!.addEventListener('error', resolve));
    document.body.append(drawing);
    await failed;
    expect(only('error').error.message).toBe('image failed to load: /gone.x');
  });

  it('of one of several sources are told', async () => {
    const { only } = observe();
    await load('video', {}, '<source src="/gone.x">');
    expect(only('error').error.message).toBe(`source failed to load: ${gone}`);
  });

  it('of what has its content in its address tell its type alone', async () => {
    const { only } = observe();
    await load('img', { src: 'data:image/png;base64,AAAA' });
    expect(only('error').error.message).toBe('img failed to load: data:image/png');
  });

  it('of nothing tell that', async () => {
    const { only } = observe();
    await load('video', {}, '<source>');
    expect(only('error')).toMatchObject({ error: { message: 'source failed to load' } });
    expect(only('error').attributes).not.toHaveProperty('url.full');
  });

  it('of extensions are not told', async () => {
    const { ofKind } = observe();
    await load('img', { src: 'chrome-extension://abcdefghijklmnopabcdefghijklmnop/icon.png' });
    expect(ofKind('error')).toEqual([]);
  });

  it('are no uncaught errors, nor those these', () => {
    const { ofKind } = observe();
    // The runner takes every uncaught error for the failure of a test.
    const { onerror } = window;
    window.onerror = null;
    window.dispatchEvent(new ErrorEvent('error', { message: 'Uncaught Error: x', error: new Error('x') }));
    window.onerror = onerror;
    expect(ofKind('error')).toEqual([]);
  });

  it('are not told any more when their manager is shut down', async () => {
    const { obs, ofKind } = observe();
    await obs.shutdown();
    await load('img', { src: '/gone.x' });
    expect(ofKind('error')).toEqual([]);
  });
});
