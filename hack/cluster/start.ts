/** From a prepared state folder to a cluster that answers, schedules and runs pods. */
import { waitFor } from '../wait.ts';
import { deadComponents, isReady } from './health.ts';
import { type Kubectl, runKubectl } from './kubectl.ts';
import { lastWords, launch } from './launch.ts';
import type { NodeProvider } from './nodes/provider.ts';
import { type Component, readRecord } from './record.ts';

/** How many components are the API server's foundation; the others need its answers to start. */
const foundation = 2;
const startTimeoutMs = 60_000;

/** A component that ended although it should run. */
export class ComponentEnded extends Error {
  override readonly name = 'ComponentEnded';

  constructor(stateDir: string, component: string) {
    super(`${component} ended while the cluster was starting: ${lastWords(stateDir, component)}`);
  }

  /** Whether another program took one of the cluster's ports between its choice and its use. */
  get lostPort(): boolean {
    return this.message.includes('address already in use');
  }
}

/** Starts the API server and what it stands on, where they do not run.
 * @throws {ComponentEnded} when one of them ends at once. */
export async function startFoundation(stateDir: string): Promise<void> {
  await startAll(stateDir, componentsOf(stateDir).slice(0, foundation));
}

/** Starts every component of the record that does not run, in order, and waits for the API server.
 * @throws {ComponentEnded} when one of them ends at once. */
export async function startComponents(stateDir: string): Promise<void> {
  await startFoundation(stateDir);
  await startAll(stateDir, componentsOf(stateDir).slice(foundation));
}

function componentsOf(stateDir: string): readonly Component[] {
  return readRecord(stateDir)?.components ?? [];
}

async function startAll(stateDir: string, components: readonly Component[]): Promise<void> {
  const dead = new Set(deadComponents(stateDir));
  for (const component of components) {
    if (dead.has(component.name)) launch(stateDir, component);
  }
  await waitForApiServer(stateDir, components);
}

/** Returns when the API server is ready.
 * @throws {ComponentEnded} when one of these components ends meanwhile. */
export async function waitForApiServer(stateDir: string, components: readonly Component[] = []): Promise<void> {
  await waitFor(
    'the API server to be ready',
    async () => {
      assertAlive(stateDir, components);
      return (await isReady(stateDir)) || undefined;
    },
    { timeoutMs: startTimeoutMs, everyMs: 100 },
  );
}

function assertAlive(stateDir: string, components: readonly Component[]): void {
  const dead = new Set(deadComponents(stateDir));
  const ended = components.find(({ name }) => dead.has(name));
  if (ended !== undefined) throw new ComponentEnded(stateDir, ended.name);
}

/** Applies a kustomization of CRDs and returns when the API server serves them. */
export async function installCrds(kubectl: Kubectl, folder: string): Promise<void> {
  await runKubectl(kubectl, ['apply', '-k', folder]);
  await runKubectl(kubectl, ['wait', '--for=condition=Established', 'crd', '--all', '--timeout=60s']);
}

/** Creates the nodes and returns when they are Ready and pods can be created. */
export async function settle(kubectl: Kubectl, nodes: NodeProvider): Promise<void> {
  const items = nodes.objects();
  if (items.length > 0) {
    const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
    await runKubectl(kubectl, ['apply', '--server-side', '-f', '-'], { input });
  }
  // Without it every pod of the namespace is refused.
  await runKubectl(kubectl, ['wait', '--for=create', 'serviceaccount/default', '--timeout=60s']);
  await waitFor('the nodes to be Ready', () => areReady(kubectl, nodes.nodeNames), {
    timeoutMs: startTimeoutMs,
    everyMs: 200,
  });
}

/** In one look, however many there are: `kubectl wait` looks at each by itself. */
async function areReady(kubectl: Kubectl, names: readonly string[]): Promise<true | undefined> {
  const ready = '{range .items[*]}{.metadata.name}={.status.conditions[?(@.type=="Ready")].status} {end}';
  const { stdout } = await runKubectl(kubectl, ['get', 'nodes', '-o', `jsonpath=${ready}`]);
  const found = new Set(stdout.split(' '));
  return names.every((name) => found.has(`${name}=True`)) || undefined;
}
