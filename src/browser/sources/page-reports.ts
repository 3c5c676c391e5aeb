import { merge, Observable } from 'rxjs';
import { aBoolean, checkOptions, optional } from '../../core/operators/option-checks.ts';
import type { SourceErrors } from '../../core/errors/source-errors.ts';
import type { Source, SourceContext } from '../../core/source.ts';
import { bareAddress } from './bare-address.ts';
import { hearEvents } from './hear-events.ts';
import { isOfExtension } from './of-extension.ts';
import { toldError } from './told-error.ts';

/** Options of `pageReports`. */
export interface PageReportsOptions {
  /** What the page's Content Security Policy blocked, or would block. Default true. */
  readonly violations?: boolean | undefined;
  /** Features the page uses that the browser will drop. Default true. */
  readonly deprecations?: boolean | undefined;
  /** What the browser refused to do for the page. Default true. */
  readonly interventions?: boolean | undefined;
}

type Fields<Name extends string> = Partial<Record<Name | 'sourceFile' | 'lineNumber' | 'columnNumber', unknown>>;
/** https://w3c.github.io/webappsec-csp/#reporting: the report calls `blockedURL` what the event calls `blockedURI`. */
type Violation = Fields<'effectiveDirective' | 'disposition' | 'sample' | 'blockedURL' | 'blockedURI'>;
/** https://wicg.github.io/deprecation-reporting/ and https://wicg.github.io/intervention-reporting/ */
type Notice = Fields<'id' | 'message' | 'anticipatedRemoval'>;

const name = 'page-reports';

/**
 * What the browser reports of the page is an error signal at `warn`, handled: violations of its Content Security Policy
 * (`SecurityPolicyViolation`), the use of deprecated features (`DeprecationReport`) and interventions (`InterventionReport`), where the
 * browser knows them; also of the time before the SDK started, where it kept them. What an extension caused is left out.
 * @throws ConfigurationError for wrong options
 */
export function pageReports(options: PageReportsOptions = {}): Source {
  checkOptions('pageReports', options, { violations: optional(aBoolean), deprecations: optional(aBoolean), interventions: optional(aBoolean) });
  const { violations = true, deprecations = true, interventions = true } = options;
  // One that is observed anew by the same manager is not to get what was kept again.
  const told = new WeakSet<SourceErrors>();
  return {
    name,
    observe(context: SourceContext) {
      // Chromium and Safari report each violation in both ways. A report may be of the time before; the event of one of them may still come.
      const reportsViolations = isThere('ReportingObserver') && isThere('CSPViolationReportBody');
      const types = [
        ...(violations && reportsViolations ? ['csp-violation'] : []),
        ...(deprecations ? ['deprecation'] : []),
        ...(interventions ? ['intervention'] : []),
      ];
      const buffered = !told.has(context.errors);
      told.add(context.errors);
      return merge(
        observeReports(context, types, buffered),
        hearEvents(name, context, violations && !reportsViolations ? ['securitypolicyviolation'] : [], (event) =>
          tellViolation(context.errors, event as SecurityPolicyViolationEvent),
        ),
      );
    },
  };
}

function observeReports({ errors, tracing }: SourceContext, types: readonly string[], buffered: boolean): Observable<never> {
  return new Observable(() => {
    if (types.length === 0 || !isThere('ReportingObserver')) return;
    const observer = new ReportingObserver(
      (reports) => {
        for (const { type, body } of reports) {
          try {
            if (type === 'csp-violation') tellViolation(errors, body as Violation);
            else tellNotice(errors, type === 'deprecation' ? 'DeprecationReport' : 'InterventionReport', body as Notice);
          } catch {
            tracing.ignored(name, `a report '${type}' that cannot be read`);
          }
        }
      },
      { types: [...types], buffered },
    );
    observer.observe();
    return () => observer.disconnect();
  });
}

function isThere(constructor: string): boolean {
  return typeof Reflect.get(globalThis, constructor) === 'function';
}

function tellViolation(errors: SourceErrors, violation: Violation): void {
  const { effectiveDirective, disposition, sample, sourceFile } = violation;
  const blocked = violation.blockedURL ?? violation.blockedURI;
  if (isOfExtension(sourceFile) || isOfExtension(blocked)) return;
  const what = bareAddress(String(blocked)) || 'inline';
  const how = disposition === 'report' ? 'would have blocked' : 'blocked';
  const context = { directive: effectiveDirective, disposition, blocked: what, sample: sample === '' ? undefined : sample };
  tell(errors, 'SecurityPolicyViolation', `${String(effectiveDirective)} ${how} ${what}`, violation, context);
}

function tellNotice(errors: SourceErrors, type: string, notice: Notice): void {
  const { id, message, anticipatedRemoval, sourceFile } = notice;
  if (isOfExtension(sourceFile)) return;
  tell(errors, type, String(message), notice, { id, anticipatedRemoval: anticipatedRemoval ?? undefined });
}

function tell(errors: SourceErrors, type: string, message: string, place: Fields<never>, context: object): void {
  const { sourceFile: file, lineNumber: line, columnNumber: column } = place;
  const error = toldError(type, message, { file, line, column });
  errors.capture(error, { mechanism: 'onreporting', handled: true, level: 'warn', context });
}
