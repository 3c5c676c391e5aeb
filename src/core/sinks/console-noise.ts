const prefixes: readonly string[] = ['service.', 'telemetry.', 'deployment.', 'process.', 'host.', 'os.', 'container.', 'k8s.', 'browser.'];

/** Attributes of the process: the same on every signal, and known to who reads its console. */
export function isNoise(key: string): boolean {
  return key === 'session.id' || prefixes.some((prefix) => key.startsWith(prefix));
}
