/** A secret is a Secret: confidential data for pods, made here, or kept by somebody else and only looked at. */
import { Secrets } from '../../api/data.ts';
import { type XosSecret, XosSecrets } from '../../api/generated/xossecrets.ts';
import { keyIn, keyOf } from '../../api/meta.ts';
import type { Live } from '../../api/object.ts';
import { follows, type Kind } from '../../runtime/kind.ts';
import { type Outcome, progressing, ready, stalled, waiting } from '../../runtime/outcome.ts';
import type { View } from '../../runtime/view.ts';
import { entriesStatus } from '../../shared/entries-status.ts';
import { secretsByReference } from '../../shared/indexes.ts';
import { resourceRef } from '../../shared/resource-ref.ts';
import { dataOf, secretFor } from './objects.ts';
import { flawForType } from './types.ts';

/** What nobody may change while the live object is immutable; its type nobody may ever change. */
const FROZEN = ['type', 'data', 'immutable'];

export const secrets: Kind<XosSecret> = {
  resource: XosSecrets,
  owns: [Secrets],
  reads: [follows(Secrets, secretsByReference)],

  reconcile(secret, view) {
    const { secretRef, type } = secret.spec;
    if (secretRef !== undefined) return keptElsewhere(secret, secretRef.name, view);
    const declared = dataOf(secret);
    if ('flaw' in declared) return stalled('InvalidSpec', declared.flaw);
    const flaw = type === undefined ? undefined : flawForType(type, declared.entries);
    if (flaw !== undefined) return stalled('InvalidSpec', flaw);
    const object = secretFor(secret, declared.entries);
    const { name } = object.metadata;
    const live = view.get(Secrets, keyOf(object.metadata));
    const frozen = live?.immutable === true ? FROZEN : ['type'];
    const children = [{ resource: Secrets, strategy: 'Apply', object, frozen }] as const;
    if (live === undefined) return progressing(`Secret ${name} is being created.`, { children });
    const status = { resourceRef: resourceRef(live), type: live.type, ...entriesStatus(declared.entries) };
    return ready(`Secret ${name} is as declared.`, { children, status });
  },
};

/** Nothing is written; that it is there, and what its entries are called, is all that is said. */
function keptElsewhere(secret: Live<XosSecret>, name: string, view: View): Outcome {
  const live = view.get(Secrets, keyIn(secret.metadata.namespace, name));
  if (live === undefined)
    return waiting(`spec.secretRef names Secret ${name}, which does not exist: create it, or correct the reference.`);
  const status = { resourceRef: resourceRef(live), type: live.type, ...entriesStatus(live.data ?? {}) };
  return ready(`Secret ${name} is there; somebody else keeps it.`, { children: [], status });
}
