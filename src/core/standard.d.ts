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
