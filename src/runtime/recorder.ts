/** Where the runtime tells what it did; Kubernetes Events are made of it. */
import type { Action } from './action.ts';
import type { Primary } from './controller.ts';
import type { Note } from './notes.ts';
import type { Announcement, Verdict } from './outcome.ts';

export interface Recorder {
  /** An action for this object was carried out. */
  done(primary: Primary, action: Action): void;
  /** What an outcome has to tell besides. */
  announced(announcement: Announcement): void;
  /** A new verdict stands in the status of this object. */
  reported(primary: Primary, verdict: Verdict): void;
  /** Something that is said beside the verdict stands there, and did not before. */
  noted(primary: Primary, note: Note): void;
}
