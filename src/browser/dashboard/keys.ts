import { element, part } from './element.ts';

/** What a key does, in words and in deed. */
export interface KeyAction {
  readonly keys: readonly string[];
  readonly meaning: string;
  /** Absent for what is only told: the keys of the table. */
  readonly run?: () => void;
}

/** Listens for keys anywhere but in fields, and lists them all in the dialog that `?` opens. */
export function listenForKeys(actions: readonly KeyAction[]): void {
  const dialog = part<HTMLDialogElement>('keys');
  const all: readonly KeyAction[] = [...actions, { keys: ['?'], meaning: 'Show these keys', run: () => dialog.showModal() }];
  part('key-list').append(...all.flatMap(({ keys, meaning }) => [element('dt', {}, ...keys.map((key) => element('kbd', { text: key }))), element('dd', { text: meaning })]));
  part('help').addEventListener('click', () => dialog.showModal());
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || dialog.open || isField(event.target)) return;
    const action = all.find(({ keys }) => keys.includes(event.key));
    if (action?.run === undefined) return;
    event.preventDefault();
    action.run();
  });
}

function isField(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input, textarea, select');
}
