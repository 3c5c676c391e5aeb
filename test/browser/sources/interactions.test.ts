import { afterEach, describe, expect, it } from '#test';
import { createObservability, interactions } from '../../../src/browser/index.ts';
import type { Breadcrumb, ObservabilityManager } from '../../../src/browser/index.ts';
import { createTestClock } from '#testing';
import { recordingOf } from '../../helpers/recorded.ts';

let managers: ObservabilityManager[] = [];
let stage: HTMLElement[] = [];

// In a suite of its own: what stands outside of one holds for the tests of every file.
describe('interactions', () => {
  afterEach(async () => {
    await Promise.all(managers.splice(0).map((obs) => obs.shutdown()));
    for (const element of stage.splice(0)) element.remove();
  });

  function observe() {
    const clock = createTestClock();
    const obs = createObservability({ sources: [interactions()], sinks: [], clock });
    managers.push(obs);
    const recorded = recordingOf(obs);
    /** What comes with an error now. */
    const breadcrumbs = (): readonly Breadcrumb[] => {
      obs.errorTracker.captureException(new Error('asked'), { fingerprint: [String(recorded.signals.length)] });
      return recorded.ofKind('error').at(-1)?.breadcrumbs.filter(({ category }) => category.startsWith('ui.')) ?? [];
    };
    return { obs, clock, ...recorded, breadcrumbs, told: () => breadcrumbs().map(({ category, message }) => [category, message]) };
  }

  /** Puts this into the page. */
  function show(html: string): HTMLElement {
    const element = document.createElement('main');
    element.innerHTML = html;
    document.body.append(element);
    stage.push(element);
    return element;
  }

  function click(element: Element | null): void {
    element?.dispatchEvent(new MouseEvent('click', { bubbles: true, composed: true, cancelable: true }));
  }

  function change(element: Element | null): void {
    element?.dispatchEvent(new Event('change', { bubbles: true }));
  }

  it('tell where a visitor clicked', () => {
    const { breadcrumbs, clock } = observe();
    clock.advance(250);
    const button = '<button class="buy primary large" type="submit">Order 4111 1111</button>';
    const page = show(`<div id="cart"><ul class="items"><li>${button}</li></ul></div>`);
    click(page.querySelector('button'));
    expect(breadcrumbs()).toEqual([
      {
        category: 'ui.click',
        message: 'div#cart > ul.items > li > button.buy.primary[type="submit"]',
        level: 'info',
        timestamp: clock.now(),
        attributes: {},
      },
    ]);
    expect(document.querySelector(breadcrumbs()[0]!.message)).toBe(page.querySelector('button'));
  });

  it.each([
    ['its id', '<a id="home" href="#">x</a>', 'a#home'],
    ['an id that is no name', '<a id="1:b">x</a>', String.raw`a#\31 \:b`],
    ['two of its classes', '<i id="x" class=" w-1/2  b c "></i>', String.raw`i#x.w-1\/2.b`],
    ['its role', '<i id="x" role="button"></i>', 'i#x[role="button"]'],
    ['its name', '<input id="x" name="card">', 'input#x[name="card"]'],
    ['its type', '<input id="x" type="number">', 'input#x[type="number"]'],
    ['its test id', '<i id="x" data-testid="buy"></i>', 'i#x[data-testid="buy"]'],
    ['its label', '<i id="x" aria-label="Close"></i>', 'i#x[aria-label="Close"]'],
    ['no more than the beginning of its label', `<i id="x" aria-label="${'y'.repeat(90)}"></i>`, `i#x[aria-label="${'y'.repeat(40)}"]`],
    ['nothing else', '<img id="x" alt="a" title="b" src="data:," value="c">', 'img#x'],
  ])('name an element by %s', (_, html, message) => {
    const { told } = observe();
    click(show(html).firstElementChild);
    expect(told()).toEqual([['ui.click', message]]);
  });

  it('name five elements at most', () => {
    const { told } = observe();
    click(show('<p><a><b><i><u><s></s></u></i></b></a></p>').querySelector('s'));
    expect(told()).toEqual([['ui.click', 'a > b > i > u > s']]);
  });

  it('say it in at most 256 characters', () => {
    const { told } = observe();
    const long = 'x'.repeat(40);
    const described = `<b class="${long} ${long}" name="${long}" role="${long}">`;
    click(show(`${described}${described}</b></b>`).querySelector('b b'));
    const [[, message = ''] = []] = told();
    expect(message).toMatch(/^b\.x/);
    expect(message.length).toBeLessThanOrEqual(256);
    expect(message).not.toContain(' > ');
  });

  it('tell that a field changed, and never to what', () => {
    const { told, clock } = observe();
    const page = show('<form id="pay"><input name="card"><select name="country"><option>Atlantis</option></select></form>');
    const [card, country] = [page.querySelector('input')!, page.querySelector('select')!];
    card.value = '4111111111111111';
    change(card);
    clock.advance(1);
    change(country);
    expect(told()).toEqual([
      ['ui.input', 'form#pay > input[name="card"]'],
      ['ui.input', 'form#pay > select[name="country"]'],
    ]);
    expect(JSON.stringify(told())).not.toMatch(/4111|Atlantis/);
  });

  it('tell that a form was sent', () => {
    const { told } = observe();
    const form = show('<form id="pay" class="card"></form>').querySelector('form')!;
    form.addEventListener('submit', (event) => event.preventDefault());
    form.requestSubmit();
    expect(told()).toEqual([['ui.input', 'form#pay.card']]);
  });

  it.each(['password', 'hidden'])('tell nothing of a field of the type %s', (type) => {
    const { told } = observe();
    const field = show(`<input id="secret" type="${type}">`).querySelector('input');
    click(field);
    change(field);
    expect(told()).toEqual([]);
  });

  it('tell the same within a second once, and then again', () => {
    const { told, clock } = observe();
    const page = show('<input id="volume" type="range"><b id="other"></b>');
    const volume = page.querySelector('input');
    for (let step = 0; step < 5; step++) change(volume);
    clock.advance(999);
    change(volume);
    clock.advance(1);
    change(volume);
    click(volume);
    click(page.querySelector('b'));
    click(volume);
    const [slider, other] = ['input#volume[type="range"]', 'b#other'];
    expect(told()).toEqual([
      ['ui.input', slider],
      ['ui.input', slider],
      ['ui.click', slider],
      ['ui.click', other],
      ['ui.click', slider],
    ]);
  });

  it('see into open shadow roots', () => {
    const { told } = observe();
    const host = document.createElement('x-cart');
    host.attachShadow({ mode: 'open' }).innerHTML = '<button class="buy"></button>';
    show('<section id="shop"></section>').firstElementChild!.append(host);
    click(host.shadowRoot!.querySelector('button'));
    expect(told()).toEqual([['ui.click', 'section#shop > x-cart > button.buy']]);
  });

  it('are heard also where the page stops the event', () => {
    const { told } = observe();
    const button = show('<button id="buy"></button>').firstElementChild!;
    button.addEventListener('click', (event) => event.stopImmediatePropagation());
    click(button);
    expect(told()).toEqual([['ui.click', 'button#buy']]);
  });

  it('survive a form whose fields hide its own methods, and say so', () => {
    const { told, health } = observe();
    const form = show('<form id="odd"><input name="getAttribute"></form>').querySelector('form');
    click(form);
    expect(told()).toEqual([]);
    expect(health).toMatchObject([{ type: 'input-ignored', name: 'interactions', message: "an event 'click' that cannot be read" }]);
    click(show('<b id="next"></b>').firstElementChild);
    expect(told()).toEqual([['ui.click', 'b#next']]);
  });

  it('end with their manager', async () => {
    const { obs, told } = observe();
    const button = show('<button id="buy"></button>').firstElementChild;
    const again = observe();
    await obs.shutdown();
    click(button);
    expect(again.told()).toHaveLength(1);
    expect(told()).toEqual([]);
  });
});
