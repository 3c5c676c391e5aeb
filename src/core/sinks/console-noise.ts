const prefixes: readonly string[] = ['service.', 'telemetry.', 'deployment.', 'process.', 'host.', 'os.', 'container.', 'k8s.', 'browser.'];

/** What of a request its name and its URL say already, or who reads its console seldom asks for. */
const ofRequests: ReadonlySet<string> = new Set([
  ...['http.request.method', 'url.scheme', 'server.address', 'server.port'],
  ...['network.peer.address', 'network.peer.port', 'network.protocol.name', 'network.protocol.version', 'user_agent.original'],
]);

/** Attributes of the process, the same on every signal and known to who reads its console, and those that say nothing more. */
export function isNoise(key: string): boolean {
  return key === 'session.id' || ofRequests.has(key) || prefixes.some((prefix) => key.startsWith(prefix));
}
