import { askJson } from './ask-json.ts';
import { startProcess } from './backend-process.ts';
import { backendFile } from './cache.mjs';

/** A span as Zipkin's API gives it: https://zipkin.io/zipkin-api/. */
export interface ZipkinSpan {
  readonly traceId: string;
  readonly id: string;
  readonly parentId?: string;
  readonly name?: string;
  readonly kind?: 'CLIENT' | 'SERVER' | 'PRODUCER' | 'CONSUMER';
  /** Epoch microseconds. */
  readonly timestamp: number;
  /** Microseconds; absent for less than one. */
  readonly duration?: number;
  readonly localEndpoint?: ZipkinEndpoint;
  readonly remoteEndpoint?: ZipkinEndpoint;
  readonly annotations?: readonly { readonly timestamp: number; readonly value: string }[];
  readonly tags?: Readonly<Record<string, string>>;
  readonly shared?: boolean;
  readonly debug?: boolean;
}

export interface ZipkinEndpoint {
  readonly serviceName?: string;
  readonly ipv4?: string;
  readonly ipv6?: string;
  readonly port?: number;
}

/** How often a service called another. */
export interface ZipkinDependency {
  readonly parent: string;
  readonly child: string;
  readonly callCount: number;
  readonly errorCount?: number;
}

/** Zipkin, with its traces in memory. */
export interface ZipkinBackend {
  /** Where its JSON is posted. */
  readonly endpoint: string;
  /** `undefined` while it has none of its spans. */
  trace(traceId: string): Promise<readonly ZipkinSpan[] | undefined>;
  services(): Promise<readonly string[]>;
  /** The services that a service called. */
  remoteServices(service: string): Promise<readonly string[]>;
  /** Of the last day. */
  dependencies(): Promise<readonly ZipkinDependency[]>;
  stop(): Promise<void>;
}

/** It runs for seconds: what makes it start fast counts more than what makes it fast. And nothing is left in the temporary folder. */
const quickly = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-XX:-UsePerfData'];

/** @throws Error when it is not there, or does not start */
export async function startZipkin(): Promise<ZipkinBackend> {
  // It takes a free port itself, unlike the others; by its own default it listens on all interfaces.
  const listening = ['--armeria.ports[0].ip=127.0.0.1', '--armeria.ports[0].port=0', '--armeria.ports[0].protocols[0]=http'];
  const jar = backendFile('zipkin');
  const { ready, stop } = await startProcess({
    title: 'Zipkin',
    file: 'java',
    args: (folder) => [...quickly, '-Xmx512m', `-Djava.io.tmpdir=${folder}`, '-jar', jar, ...listening],
    ready: /Serving HTTP at \S* - (\S+)\//,
  });
  const api = `${ready[1]}/api/v2`;
  const list = async <T>(path: string): Promise<readonly T[]> => (await askJson<readonly T[]>(api + path)) ?? [];
  return {
    endpoint: `${api}/spans`,
    trace: (traceId) => askJson(`${api}/trace/${traceId}`),
    services: () => list('/services'),
    remoteServices: (service) => list(`/remoteServices?serviceName=${encodeURIComponent(service)}`),
    dependencies: () => list(`/dependencies?endTs=${Date.now()}&lookback=${24 * 60 * 60 * 1_000}`),
    stop,
  };
}
