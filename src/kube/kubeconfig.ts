/**
 * Reads kubeconfig files, as kubectl does where @kubernetes/client-node does not: several files merge and the first
 * wins, `tokenFile` is read anew when it rotates, and relative paths are relative to the file they stand in.
 */
import { readFileSync } from 'node:fs';
import { delimiter, dirname, isAbsolute, join } from 'node:path';
import { type Cluster, type Context, KubeConfig, type User } from '@kubernetes/client-node';
import { parse } from 'yaml';
import { ConfigError } from './config-error.ts';

/** The parts of kubeconfig files, merged. */
interface Parts {
  clusters: Cluster[];
  contexts: Context[];
  users: User[];
  currentContext: string | undefined;
}

/**
 * Reads one file, or several in the notation of $KUBECONFIG. Of several, those that do not exist are passed over.
 * Source: Kubernetes documentation, "Merging kubeconfig files". @throws ConfigError
 */
export function readKubeconfig(files: string, context?: string): KubeConfig {
  const paths = files.split(delimiter).filter((path) => path !== '');
  const parts = paths.map((path) => readFile(path, paths.length > 1)).filter((part) => part !== undefined);
  const config = new KubeConfig();
  config.loadFromOptions({
    clusters: firstOfEachName(parts.flatMap((part) => part.clusters)),
    contexts: firstOfEachName(parts.flatMap((part) => part.contexts)),
    users: firstOfEachName(parts.flatMap((part) => part.users)),
    currentContext: context ?? parts.find((part) => part.currentContext)?.currentContext,
  });
  mustBeComplete(config, files);
  return config;
}

function readFile(path: string, mayBeMissing: boolean): Parts | undefined {
  const text = textOf(path, mayBeMissing);
  if (text === undefined) return undefined;
  const config = new KubeConfig();
  let tokenFiles: Map<string, string>;
  try {
    config.loadFromString(text);
    tokenFiles = tokenFilesIn(text);
  } catch {
    // The parser's own message quotes the file, keys and all.
    throw new ConfigError(
      `The file ${path} is not a valid kubeconfig; check it with "kubectl config view --kubeconfig ${path}".`,
    );
  }
  const folder = dirname(path);
  config.makePathsAbsolute(folder);
  const users = config.users.map((user) => userAt(folder, user, tokenFiles.get(user.name)));
  return {
    clusters: config.clusters,
    contexts: config.contexts,
    users,
    currentContext: config.currentContext || undefined,
  };
}

function textOf(path: string, mayBeMissing: boolean): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = fieldOf(error, 'code');
    if (code === 'ENOENT' && mayBeMissing) return undefined;
    const what = code === 'ENOENT' ? 'does not exist' : `cannot be read (${String(code)})`;
    throw new ConfigError(`The kubeconfig file ${path} ${what}; give another with --kubeconfig or $KUBECONFIG.`);
  }
}

/** By user name: `tokenFile`, which client-node knows for in-cluster use only. */
function tokenFilesIn(text: string): Map<string, string> {
  const found = new Map<string, string>();
  const document: unknown = parse(text);
  for (const entry of listAt(document, 'users')) {
    const name = fieldOf(entry, 'name');
    const file = fieldOf(fieldOf(entry, 'user'), 'tokenFile');
    if (typeof name === 'string' && typeof file === 'string' && file !== '') found.set(name, file);
  }
  return found;
}

function userAt(folder: string, user: User, tokenFile: string | undefined): User {
  if (tokenFile !== undefined) {
    const { token: _overruled, ...rest } = user;
    return { ...rest, authProvider: { name: 'tokenFile', config: { tokenFile: absolute(folder, tokenFile) } } };
  }
  return typeof user.exec === 'object' && user.exec !== null
    ? { ...user, exec: pluginAt(folder, user.exec as Plugin) }
    : user;
}

/** The `exec` of a user. Source: client.authentication.k8s.io/v1, ExecConfig. */
interface Plugin {
  readonly command?: string;
  readonly apiVersion?: string;
  readonly env?: readonly { name: string; value: string }[];
}

/** Tells the plugin what kubectl would: without KUBERNETES_EXEC_INFO some refuse to work. */
function pluginAt(folder: string, plugin: Plugin): Plugin {
  const info = { apiVersion: plugin.apiVersion, kind: 'ExecCredential', spec: { interactive: false } };
  const env = [...(plugin.env ?? []), { name: 'KUBERNETES_EXEC_INFO', value: JSON.stringify(info) }];
  const { command = '' } = plugin;
  return { ...plugin, env, command: command.includes('/') ? absolute(folder, command) : command };
}

function absolute(folder: string, path: string): string {
  return isAbsolute(path) ? path : join(folder, path);
}

function firstOfEachName<T extends { readonly name: string }>(entries: T[]): T[] {
  const seen = new Set<string>();
  return entries.filter(({ name }) => !seen.has(name) && seen.add(name));
}

function mustBeComplete(config: KubeConfig, files: string): void {
  const chosen: string | undefined = config.getCurrentContext();
  if (!chosen) {
    throw new ConfigError(
      `The kubeconfig ${files} has no current context; choose one with "kubectl config use-context NAME".`,
    );
  }
  const context = config.getContextObject(chosen);
  if (!context) {
    throw new ConfigError(
      `The kubeconfig ${files} has no context ${chosen}; "kubectl config get-contexts" shows which there are.`,
    );
  }
  if (!config.getCluster(context.cluster)) {
    throw new ConfigError(
      `The context ${chosen} in ${files} names the cluster ${context.cluster}, which is not there; add it or choose another context.`,
    );
  }
  if (!config.getUser(context.user)) {
    throw new ConfigError(
      `The context ${chosen} in ${files} names no user that is there; add the user or choose another context.`,
    );
  }
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function listAt(value: unknown, name: string): unknown[] {
  const list = fieldOf(value, name);
  return Array.isArray(list) ? list : [];
}
