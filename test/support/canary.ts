/** Looks for a secret value wherever the operator can have left it: logs, Events, objects of every kind that it makes. */
import { readFileSync } from 'node:fs';
import type { KubeObject } from '../../src/api/object.ts';
import type { Resource } from '../../src/api/resource.ts';
import { kinds } from '../../src/kinds/index.ts';
import type { Scene } from './scene.ts';

const EVENTS: Resource = { group: '', version: 'v1', kind: 'Event', plural: 'events', namespaced: true };

/** Where the text, or its base64, stands although it must not; empty if nowhere. */
export async function leaksOf(text: string, scene: Scene, logFile: string): Promise<string[]> {
  const forms = [text, Buffer.from(text).toString('base64')];
  const holds = (value: unknown) => forms.some((form) => JSON.stringify(value ?? null).includes(form));
  const resources = new Map(
    [...kinds.flatMap(({ resource, owns }) => [resource, ...owns]), EVENTS].map((each) => [each.plural, each]),
  );
  const leaks = holds(readFileSync(logFile, 'utf8')) ? ['the log'] : [];
  for (const resource of resources.values()) {
    const objects = await scene.list(resource);
    leaks.push(
      ...objects.filter((object) => holds(shown(object))).map(({ kind, metadata }) => `${kind} ${metadata.name}`),
    );
  }
  return leaks;
}

/** The object without what may hold the value: the data of a Secret, and the spec of the XosSecret that declares it. */
function shown(object: KubeObject): unknown {
  if (object.kind === 'Secret') return { ...object, data: undefined };
  if (object.kind !== 'XosSecret') return object;
  // `kubectl apply` itself copies what it applied into an annotation.
  return { ...object, spec: undefined, metadata: { ...object.metadata, annotations: undefined } };
}
