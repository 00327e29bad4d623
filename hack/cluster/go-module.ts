/** What the Go module beside this file says about versions, and how they are stamped into the programs. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../run.ts';
import { goEnvironment } from './go-toolchain.ts';

/** The folder of go.mod. */
export const moduleDir = import.meta.dirname;

/** The package whose variables hold the version of a Kubernetes program. */
export const stampVariables = 'k8s.io/component-base/version';

/** How Go is run on the module. */
export function inModule(): { cwd: string; env: NodeJS.ProcessEnv } {
  return { cwd: moduleDir, env: goEnvironment() };
}

/** The Kubernetes version that go.mod asks for, for example `v1.37.2`. */
export function kubernetesVersion(): string {
  const version = /^\s*k8s\.io\/kubernetes (v\S+)/m.exec(readFileSync(join(moduleDir, 'go.mod'), 'utf8'))?.[1];
  if (version === undefined) throw new Error('hack/cluster/go.mod names no k8s.io/kubernetes.');
  return version;
}

/** Kubernetes programs say v0.0.0-master unless their version is stamped in.
 * Proxies may keep the commit from us; the module's checksum then stands in for it. */
export async function linkFlags(go: string): Promise<string> {
  const source = await sourceInfo(go);
  const version = kubernetesVersion();
  const [major, minor] = version.slice(1).split('.');
  const stamp = {
    gitVersion: version,
    gitMajor: major,
    gitMinor: minor,
    gitTreeState: 'clean',
    gitCommit: source.commit,
    buildDate: source.time,
  };
  const settings = Object.entries(stamp).map(([key, value]) => `-X ${stampVariables}.${key}=${value}`);
  return ['-s', '-w', ...settings].join(' ');
}

interface SourceInfo {
  commit: string;
  time: string;
}

async function sourceInfo(go: string): Promise<SourceInfo> {
  const module = `k8s.io/kubernetes@${kubernetesVersion()}`;
  const { stdout } = await run(go, ['mod', 'download', '-json', module], inModule());
  const { Info, Sum } = JSON.parse(stdout) as { Info: string; Sum: string };
  const info = JSON.parse(readFileSync(Info, 'utf8')) as {
    Time: string;
    Origin?: { Hash?: string };
  };
  const checksum = Buffer.from(Sum.replace('h1:', ''), 'base64').toString('hex').slice(0, 40);
  return { commit: info.Origin?.Hash ?? checksum, time: info.Time };
}
