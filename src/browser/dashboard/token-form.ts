import { part, setText } from './element.ts';

/** Asks for the token, when the server wants one. */
export interface TokenForm {
  ask(problem: string): void;
  hide(): void;
}

/** `given` is called with what was typed. */
export function createTokenForm(given: (token: string) => void): TokenForm {
  const form = part<HTMLFormElement>('token-form');
  const field = part<HTMLInputElement>('token');
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const token = field.value.trim();
    // What is typed does not stay in the page.
    field.value = '';
    if (token !== '') given(token);
  });
  return {
    ask(problem) {
      form.hidden = false;
      setText(part('token-problem'), problem);
      field.focus();
    },
    hide() {
      form.hidden = true;
    },
  };
}
