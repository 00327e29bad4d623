/** The ConfigMap of an XosConfigMap. */
import type { ConfigMap } from '../../api/data.ts';
import type { XosConfigMap } from '../../api/generated/xosconfigmaps.ts';
import { bytesOfBase64, bytesOfText, type Entries, fromBase64, fromTexts, tooLarge } from '../../shared/entries.ts';
import { fromJSON } from '../../shared/json-entries.ts';
import { childMeta } from '../../shared/child-meta.ts';

/** What is declared, in the two forms that a ConfigMap has. */
export interface Content {
  readonly data?: Entries;
  readonly binaryData?: Entries;
}

/** The content, or a sentence that says what is wrong with it. */
export function contentOf({ spec }: XosConfigMap): Content | { readonly flaw: string } {
  const { data, binaryData, dataJSON } = spec;
  if ([data, binaryData, dataJSON].every((form) => form === undefined)) return {};
  const form = binaryData === undefined ? 'data' : 'binaryData';
  const declared =
    binaryData !== undefined
      ? fromBase64('binaryData', binaryData)
      : dataJSON !== undefined
        ? fromJSON('dataJSON', dataJSON)
        : fromTexts('data', data ?? {});
  if ('flaw' in declared) return declared;
  const flaw = tooLarge(declared.entries, form === 'data' ? bytesOfText : bytesOfBase64);
  return flaw === undefined ? { [form]: declared.entries } : { flaw };
}

/** Whether nothing is declared, which is not the same as that there should be nothing. */
export function saysNothing({ data, binaryData }: Content): boolean {
  return data === undefined && binaryData === undefined;
}

export function configMapFor(config: XosConfigMap, { data, binaryData }: Content): ConfigMap {
  const { immutable } = config.spec;
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: childMeta(config),
    ...(data !== undefined && { data }),
    ...(binaryData !== undefined && { binaryData }),
    ...(immutable !== undefined && { immutable }),
  };
}
