/** What an element has besides its children. */
export interface ElementParts {
  readonly class?: string;
  /** Never read as markup: names and messages come from outside. */
  readonly text?: string;
  readonly title?: string;
  readonly attributes?: Readonly<Record<string, string>>;
}

/** Makes an element with its children. */
export function element<K extends keyof HTMLElementTagNameMap>(tag: K, parts: ElementParts = {}, ...children: readonly Node[]): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  if (parts.class !== undefined) made.className = parts.class;
  if (parts.text !== undefined) made.textContent = parts.text;
  if (parts.title !== undefined) made.title = parts.title;
  for (const [name, value] of Object.entries(parts.attributes ?? {})) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** Sets the text of an element, unless it is that already: layout is spared, and so are screen readers. */
export function setText(target: Element, text: string): void {
  if (target.textContent !== text) target.textContent = text;
}

/** Sets an attribute, unless it is that already. */
export function setAttribute(target: Element, name: string, value: string): void {
  if (target.getAttribute(name) !== value) target.setAttribute(name, value);
}

/** Makes these the children, and moves none that is in its place already. */
export function setChildren(parent: Element, children: readonly Element[]): void {
  let at = parent.firstElementChild;
  for (const child of children) {
    if (child === at) at = at.nextElementSibling;
    else parent.insertBefore(child, at);
  }
  while (at !== null) {
    const next = at.nextElementSibling;
    at.remove();
    at = next;
  }
}

/** Makes these the children, and keeps those that look the same already: with them their focus and the reader's selection. */
export function updateChildren(parent: Element, children: readonly Element[]): void {
  setChildren(
    parent,
    children.map((child, index) => {
      const present = parent.children[index];
      return present?.isEqualNode(child) === true ? present : child;
    }),
  );
}

/** The element of the page with this id. */
export function part<E extends HTMLElement = HTMLElement>(id: string): E {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`The page has no #${id}.`);
  return found as E;
}
