import { Observable, share } from 'rxjs';

/** The process has nothing left to do, or exits. Shared by all managers: Node warns of more than ten listeners. */
export function createLeaving(): Observable<unknown> {
  return new Observable((subscriber) => {
    const leave = (): void => subscriber.next(undefined);
    process.on('beforeExit', leave);
    process.on('exit', leave);
    return () => {
      process.off('beforeExit', leave);
      process.off('exit', leave);
    };
  }).pipe(share());
}
