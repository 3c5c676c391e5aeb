import { setText } from './element.ts';

const key = 'arkhe-observability-theme';

/** The colours of the page: those the system asks for, until somebody chooses; the choice is remembered. */
export interface Theme {
  toggle(): void;
}

/** `changed` is called when the colours are others, so that what is drawn on a canvas can follow. */
export function createTheme(button: HTMLButtonElement, changed: () => void): Theme {
  const root = document.documentElement;
  const system = matchMedia('(prefers-color-scheme: dark)');
  const isDark = (): boolean => (root.dataset['theme'] ?? (system.matches ? 'dark' : 'light')) === 'dark';

  function show(): void {
    setText(button, isDark() ? 'Light' : 'Dark');
    button.title = `Change to ${isDark() ? 'light' : 'dark'} colours (t)`;
    changed();
  }

  function toggle(): void {
    const chosen = isDark() ? 'light' : 'dark';
    root.dataset['theme'] = chosen;
    remember(chosen);
    show();
  }

  const remembered = recall();
  if (remembered !== undefined) root.dataset['theme'] = remembered;
  system.addEventListener('change', show);
  button.addEventListener('click', toggle);
  show();
  return { toggle };
}

function recall(): string | undefined {
  try {
    const chosen = localStorage.getItem(key);
    return chosen === 'dark' || chosen === 'light' ? chosen : undefined;
  } catch {
    // The browser keeps nothing for this page.
    return undefined;
  }
}

function remember(chosen: string): void {
  try {
    localStorage.setItem(key, chosen);
  } catch {
    // As above: it holds until the page is left.
  }
}
