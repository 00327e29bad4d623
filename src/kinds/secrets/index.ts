/** A secret is a Secret: confidential data for pods, made here, or kept by somebody else and only looked at. */
import { type Secret, Secrets } from '../../api/data.ts';
import { type XosSecret, XosSecrets } from '../../api/generated/xossecrets.ts';
import { keyIn } from '../../api/meta.ts';
import type { Live } from '../../api/object.ts';
import { follows, type Kind } from '../../runtime/kind.ts';
import { type Outcome, progressing, ready, stalled, waiting } from '../../runtime/outcome.ts';
import { resourceNameOf } from '../../runtime/ownership.ts';
import type { View } from '../../runtime/view.ts';
import type { Entries } from '../../shared/entries.ts';
import { entriesStatus } from '../../shared/entries-status.ts';
import { secretsByReference } from '../../shared/indexes.ts';
import { resourceRef } from '../../shared/resource-ref.ts';
import { identityOnly, saidOf, takesOver } from '../../shared/taking-over.ts';
import { dataOf, saysNothing, secretFor } from './objects.ts';
import { flawForType } from './types.ts';

/** What nobody may change while the live object is immutable; its type nobody may ever change. */
const FROZEN = ['type', 'data', 'immutable'];

/** Only of a Secret that is taken over the content can be left to others. */
const NOTHING =
  'The spec says nothing of the content: give spec.data, spec.stringData or spec.dataJSON, or a spec.secretRef.';

export const secrets: Kind<XosSecret> = {
  resource: XosSecrets,
  owns: [Secrets],
  reads: [follows(Secrets, secretsByReference)],

  reconcile(secret, view) {
    const { secretRef, type } = secret.spec;
    if (secretRef !== undefined) return keptElsewhere(secret, secretRef.name, view);
    const live = view.get(Secrets, keyIn(secret.metadata.namespace, resourceNameOf(secret)));
    if (live !== undefined && takesOver(secret, live)) return takenOver(secret, live);
    if (saysNothing(secret)) return stalled('InvalidSpec', NOTHING);
    const declared = dataOf(secret);
    if ('flaw' in declared) return stalled('InvalidSpec', declared.flaw);
    const flaw = type === undefined ? undefined : flawForType(type, declared.entries);
    if (flaw !== undefined) return stalled('InvalidSpec', flaw);
    return asDeclared(live, secretFor(secret, declared.entries), declared.entries);
  },
};

function asDeclared(live: Live<Secret> | undefined, object: Secret, entries: Entries): Outcome {
  const frozen = live?.immutable === true ? FROZEN : ['type'];
  const children = [{ resource: Secrets, strategy: 'Apply', object, said: saidOf(object), frozen }] as const;
  const { name } = object.metadata;
  if (live === undefined) return progressing(`Secret ${name} is being created.`, { children });
  const status = { resourceRef: resourceRef(live), ...entriesStatus(entries, live.type) };
  return ready(`Secret ${name} is as declared.`, { children, status });
}

/** One that was there before keeps its type, and the entries of which the spec says nothing. */
function takenOver(secret: Live<XosSecret>, live: Live<Secret>): Outcome {
  if (saysNothing(secret)) return asDeclared(live, identityOnly(live), live.data ?? {});
  const declared = dataOf(secret);
  if ('flaw' in declared) return stalled('InvalidSpec', declared.flaw);
  const { type, ...object } = secretFor(secret, declared.entries);
  return asDeclared(live, secret.spec.type === undefined ? object : { ...object, type }, declared.entries);
}

/** Nothing is written; that it is there, and what its entries are called, is all that is said. */
function keptElsewhere(secret: Live<XosSecret>, name: string, view: View): Outcome {
  const live = view.get(Secrets, keyIn(secret.metadata.namespace, name));
  if (live === undefined)
    return waiting(`spec.secretRef names Secret ${name}, which does not exist: create it, or correct the reference.`);
  const status = { resourceRef: resourceRef(live), ...entriesStatus(live.data ?? {}, live.type) };
  return ready(`Secret ${name} is there; somebody else keeps it.`, { children: [], status });
}
