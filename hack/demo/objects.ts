/** Applies the demo's objects and waits until the cluster has caught up with them. */
import { readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';
import { type Kubectl, runKubectl } from '../cluster/kubectl.ts';
import { RunError } from '../run.ts';
import { waitFor } from '../wait.ts';

const group = 'xos.opencord.org';
const patience = { timeoutMs: 90_000, everyMs: 500 };

/** What is read of any object. */
interface AnyObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; ownerReferences?: { apiVersion: string }[] };
}

/** Applies a file that may hold a CRD and objects of it: the server needs a moment to know the kind. */
export async function applyUntilKnown(kubectl: Kubectl, file: string): Promise<void> {
  await waitFor(
    `${file} to be applied`,
    async () => {
      try {
        return await runKubectl(kubectl, ['apply', '-f', file]);
      } catch (error) {
        if (error instanceof RunError && error.message.includes('no matches for kind')) return undefined;
        throw error;
      }
    },
    patience,
  );
}

/** Applies a file and returns when every custom resource of ours in it is Ready. */
export async function readyObjects(kubectl: Kubectl, file: string): Promise<void> {
  await runKubectl(kubectl, ['apply', '-f', file]);
  const documents = parseAllDocuments(readFileSync(file, 'utf8')).map(
    (document) => document.toJS() as AnyObject | null,
  );
  const items = documents.filter((object) => object?.apiVersion.startsWith(`${group}/`));
  const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
  await runKubectl(kubectl, ['wait', '--for=condition=Ready', '-f', '-', '--timeout=90s'], { input });
}

/** Returns when every pod that XOS did not make has its XosServiceInstance, and everything of ours is Ready. */
export async function waitForInventory(kubectl: Kubectl): Promise<void> {
  await waitFor(
    'every pod to be in the inventory',
    async () => {
      const pods = await list(kubectl, 'pods');
      const mirrors = new Set((await list(kubectl, `xosserviceinstances.${group}`)).map(keyOf));
      return pods.filter(isForeign).every((pod) => mirrors.has(keyOf(pod))) || undefined;
    },
    patience,
  );
  await runKubectl(kubectl, ['wait', '--for=condition=Ready', 'xos', '-A', '--all', '--timeout=90s']);
}

async function list(kubectl: Kubectl, resource: string): Promise<AnyObject[]> {
  const { stdout } = await runKubectl(kubectl, ['get', resource, '-A', '-o', 'json']);
  return (JSON.parse(stdout) as { items: AnyObject[] }).items;
}

function isForeign({ metadata }: AnyObject): boolean {
  return !metadata.ownerReferences?.some(({ apiVersion }) => apiVersion.startsWith(`${group}/`));
}

function keyOf({ metadata }: AnyObject): string {
  return `${metadata.namespace}/${metadata.name}`;
}
