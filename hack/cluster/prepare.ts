/** Fills a new state folder: keys, kubeconfigs, the audit policy, and the record of what is to be started. */
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { UserError } from '../user-error.ts';
import { auditPolicy } from './audit-policy.ts';
import type { Build } from './build.ts';
import { createAuthority, createSigningKey, issue, type KeyPair } from './certificates.ts';
import { apiServer, apiServerNames, type ApiServerOptions } from './components/api-server.ts';
import { controllerManager, controllerManagerUser } from './components/controller-manager.ts';
import { etcd } from './components/etcd.ts';
import { scheduler, schedulerUser } from './components/scheduler.ts';
import { writeKubeconfig } from './kubeconfig.ts';
import { Layout } from './layout.ts';
import type { NodeProvider } from './nodes/provider.ts';
import { freePorts } from './ports.ts';
import { writeRecord } from './record.ts';
import { writeUser } from './users.ts';

/** What a cluster is made of. */
export interface Plan {
  stateDir: string;
  attached: boolean;
  build: Build;
  nodes: NodeProvider;
  apiServer: ApiServerOptions;
}

/** Prepares everything up to, but not including, the first process.
 * @throws {UserError} when the folder holds something else. */
export async function prepare(plan: Plan): Promise<void> {
  const layout = new Layout(plan.stateDir);
  claim(layout);
  const [etcdClient = 0, etcdPeer = 0, secure = 0] = await freePorts(3);
  const server = `https://127.0.0.1:${secure}`;
  await writeKeys(layout, server, plan.nodes.clients ?? {});
  writeFileSync(layout.auditPolicy, JSON.stringify(auditPolicy));
  // The file must be there before the API server is: readers take their mark in it.
  writeFileSync(layout.auditLog, '', { mode: 0o600 });
  await writeUsers(plan, server);
  await plan.nodes.prepare?.(layout);
  const { build, nodes } = plan;
  const args = [...(nodes.apiServerArgs?.(layout) ?? []), ...(plan.apiServer.args ?? [])];
  const components = [
    etcd(build, layout, { client: etcdClient, peer: etcdPeer }),
    apiServer(build, layout, { secure, etcd: etcdClient }, { ...plan.apiServer, args }),
    controllerManager(build, layout),
    scheduler(build, layout),
    ...nodes.components(build, layout, secure),
  ];
  const { attached } = plan;
  const cgroup = nodes.cgroup === undefined ? {} : { cgroup: nodes.cgroup };
  writeRecord(plan.stateDir, { id: randomUUID(), build: build.folder, server, attached, ...cgroup, components });
}

/** A state folder is removed as a whole in the end, so it must have been empty before. */
function claim(layout: Layout): void {
  if (existsSync(layout.stateDir) && readdirSync(layout.stateDir).length > 0) {
    throw new UserError(`${layout.stateDir} is not empty and holds no cluster: name another state folder.`);
  }
  for (const folder of [layout.stateDir, layout.pki, layout.logs, layout.users, layout.processes]) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }
}

async function writeKeys(
  layout: Layout,
  server: string,
  clients: Readonly<Record<string, readonly string[]>>,
): Promise<void> {
  const authority = await createAuthority();
  writePair(layout, 'ca', authority);
  const addresses = apiServerNames;
  writePair(layout, 'server', await issue(authority, { commonName: 'kube-apiserver', addresses }));
  for (const [commonName, groups] of Object.entries(clients)) {
    writePair(layout, commonName, await issue(authority, { commonName, groups }));
  }
  writeFileSync(layout.inPki('sa.key'), createSigningKey(), { mode: 0o600 });
  const admin = await issue(authority, { commonName: 'admin', groups: ['system:masters'] });
  writeKubeconfig(layout.kubeconfig, server, authority.certificate, admin);
}

async function writeUsers(plan: Plan, server: string): Promise<void> {
  const users = { [controllerManagerUser]: [], [schedulerUser]: [], ...plan.nodes.users };
  for (const [commonName, groups] of Object.entries(users)) {
    await writeUser(plan.stateDir, server, { commonName, groups });
  }
}

function writePair(layout: Layout, name: string, pair: KeyPair): void {
  writeFileSync(layout.inPki(`${name}.crt`), pair.certificate);
  writeFileSync(layout.inPki(`${name}.key`), pair.key, { mode: 0o600 });
}
