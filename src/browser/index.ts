// `/browser`: the package, and what a page alone has.
export * from './main.ts';

export { consoleCalls } from './sources/console-calls.ts';
export { documentLoads } from './sources/document-loads.ts';
export { fetches } from './sources/fetches.ts';
export type { OutgoingRequest, OutgoingRequestsOptions } from '../core/http/client-ignore.ts';
export { interactions } from './sources/interactions.ts';
export { navigations } from './sources/navigations.ts';
export { pageReports } from './sources/page-reports.ts';
export type { PageReportsOptions } from './sources/page-reports.ts';
export { resourceFailures } from './sources/resource-failures.ts';
export { uncaughtErrors } from './sources/uncaught-errors.ts';
export type { UncaughtErrorsOptions } from './sources/uncaught-errors.ts';
export { xmlHttpRequests } from './sources/xml-http-requests.ts';
