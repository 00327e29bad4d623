/** What differs from what is declared, where spec.driftPolicy says that it is only to be reported. */
import type { Primary } from './controller.ts';

/** One object that differs. */
export interface Drift {
  readonly kind: string;
  readonly name: string;
  /** Paths such as `spec.replicas`; none if the object should not be there at all. */
  readonly paths: readonly string[];
}

/** Whether changes of what is there are only told of, for every kind that has the field. */
export function isReportOnly(primary: Primary | undefined): boolean {
  const { spec } = (primary?.object ?? {}) as { spec?: { driftPolicy?: string } };
  return spec?.driftPolicy === 'Report';
}
