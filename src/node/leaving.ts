import { Observable, share } from 'rxjs';

/** The process has nothing left to do, or exits. Shared: Node warns of more than ten listeners. */
export const leaving$: Observable<unknown> = /* @__PURE__ */ new Observable((subscriber) => {
  const leave = (): void => subscriber.next(undefined);
  process.on('beforeExit', leave);
  process.on('exit', leave);
  return () => {
    process.off('beforeExit', leave);
    process.off('exit', leave);
  };
}).pipe(share());
