/** From the element up, so many are told at most. */
const mostElements = 5;
/** Of a path, in characters. */
const longest = 256;
/** What tells elements apart, and is nothing that was typed. */
const telling = ['data-testid', 'role', 'type', 'name', 'aria-label'] as const;

/**
 * Where an element is, as a selector: `main#cart > button.primary[type="submit"]`. `path` is its `composedPath()`: out of open shadow roots,
 * too. At most five elements, from the closest one with an id on. `undefined` where there is no element.
 */
export function elementPath(path: readonly EventTarget[]): string | undefined {
  let selector: string | undefined;
  for (let index = 0, elements = 0; index < path.length && elements < mostElements; index++) {
    const element = path[index] as Element;
    // Shadow roots, the document and the window are on the way as well.
    if (element.nodeType !== 1) continue;
    // What every element is in tells nothing.
    if (selector !== undefined && (element.localName === 'body' || element.localName === 'html')) break;
    const id = element.getAttribute('id');
    const more = described(element, id) + (selector === undefined ? '' : ` > ${selector}`);
    if (more.length > longest && selector !== undefined) break;
    selector = more.slice(0, longest);
    elements += 1;
    if (id) break;
  }
  return selector;
}

function described(element: Element, id: string | null): string {
  let text = element.localName;
  if (id) text += `#${escaped(id)}`;
  // Two are enough to recognise it: some pages have a class for every style.
  const classes = element.getAttribute('class')?.trim().split(/\s+/, 2) ?? [];
  for (const name of classes) if (name !== '') text += `.${escaped(name)}`;
  for (const name of telling) {
    const value = element.getAttribute(name);
    if (value) text += `[${name}=${JSON.stringify(value.slice(0, 40))}]`;
  }
  return text;
}

function escaped(name: string): string {
  const short = name.slice(0, 40);
  return globalThis.CSS?.escape?.(short) ?? short;
}
