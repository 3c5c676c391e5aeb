// The few standard names the core needs that are neither in ECMAScript's libraries nor a host's own: every supported host has
// them. They are declared by shape, so that no other global of a host becomes visible here. In a host's build, where the full
// declarations exist too, these merge with them.
interface AbortSignal {
  readonly aborted: boolean;
}
interface AbortController {
  readonly signal: AbortSignal;
  abort(reason?: unknown): void;
}
declare var AbortController: { prototype: AbortController; new (): AbortController };
declare var TextDecoder: new () => { decode(bytes: Uint8Array): string };
declare var TextEncoder: new () => {
  encode(text: string): Uint8Array;
  encodeInto(text: string, target: Uint8Array): { readonly written: number };
};
/** Not called `URL`: the word is in doc comments, and no consumer needs the type. */
interface ParsedUrl {
  readonly origin: string;
  username: string;
  password: string;
  pathname: string;
  readonly search: string;
  hash: string;
  readonly href: string;
}
declare var URL: new (url: string, base?: string) => ParsedUrl;
declare function atob(base64: string): string;
declare function btoa(binary: string): string;
