/** The Secret of an XosSecret. */
import type { Secret } from '../../api/data.ts';
import type { XosSecret } from '../../api/generated/xossecrets.ts';
import {
  base64Of,
  bytesOfBase64,
  type Declared,
  type Entries,
  fromBase64,
  fromTexts,
  mapEntries,
  tooLarge,
} from '../../shared/entries.ts';
import { fromJSON } from '../../shared/json-entries.ts';
import { childMeta } from '../../shared/child-meta.ts';

/** What is declared, in base64, or a sentence that says what is wrong with it. */
export function dataOf({ spec }: XosSecret): Declared {
  const { data, stringData, dataJSON } = spec;
  if (data !== undefined) return withinBounds(fromBase64('data', data));
  const texts = dataJSON === undefined ? fromTexts('stringData', stringData ?? {}) : fromJSON('dataJSON', dataJSON);
  return 'flaw' in texts ? texts : withinBounds({ entries: mapEntries(texts.entries, base64Of) });
}

/** Whether nothing is declared, which is not the same as that there should be nothing. */
export function saysNothing({ spec: { data, stringData, dataJSON } }: XosSecret): boolean {
  return data === undefined && stringData === undefined && dataJSON === undefined;
}

function withinBounds(declared: Declared): Declared {
  const flaw = 'flaw' in declared ? undefined : tooLarge(declared.entries, bytesOfBase64);
  return flaw === undefined ? declared : { flaw };
}

export function secretFor(secret: XosSecret, data: Entries): Secret & { type: string } {
  const { type = 'Opaque', immutable } = secret.spec;
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: childMeta(secret),
    type,
    data,
    ...(immutable !== undefined && { immutable }),
  };
}
