/**
 * Reads kubeconfig files as kubectl does: of several the first that defines a name wins, and relative paths are relative
 * to the file they stand in. Source: Kubernetes documentation, "Organizing Cluster Access Using kubeconfig Files", and
 * "kubeconfig (v1)".
 */
import { readFileSync } from 'node:fs';
import { delimiter, dirname, isAbsolute, join } from 'node:path';
import { parse } from 'yaml';
import { ConfigError } from './config-error.ts';
import { isKubeconfig, type KubeconfigCluster, type KubeconfigFile, type KubeconfigUser } from './kubeconfig-schema.ts';

/** The one context that was chosen, resolved. */
export interface Kubeconfig {
  readonly context: string;
  readonly cluster: KubeconfigCluster;
  readonly user: KubeconfigUser;
}

/**
 * Reads one file, or several in the notation of $KUBECONFIG. Of several, those that do not exist are passed over.
 * @throws ConfigError
 */
export function readKubeconfig(files: string, context?: string): Kubeconfig {
  const paths = files.split(delimiter).filter((path) => path !== '');
  const parts = paths.map((path) => readFile(path, paths.length > 1)).filter((part) => part !== undefined);
  const chosen = context ?? parts.map((part) => part['current-context']).find(Boolean);
  if (!chosen) {
    throw new ConfigError(
      `The kubeconfig ${files} has no current context; choose one with "kubectl config use-context NAME".`,
    );
  }
  return resolved(chosen, parts, files);
}

/** The first of each name counts. */
function resolved(context: string, parts: readonly KubeconfigFile[], files: string): Kubeconfig {
  const named = parts.flatMap((part) => part.contexts ?? []).find(({ name }) => name === context)?.context;
  if (!named) {
    throw new ConfigError(
      `The kubeconfig ${files} has no context ${context}; "kubectl config get-contexts" shows which there are.`,
    );
  }
  const cluster = parts.flatMap((part) => part.clusters ?? []).find(({ name }) => name === named.cluster)?.cluster;
  if (!cluster) {
    throw new ConfigError(
      `The context ${context} in ${files} names the cluster ${String(named.cluster)}, which is not there; add it or choose another context.`,
    );
  }
  const user = parts.flatMap((part) => part.users ?? []).find(({ name }) => name === named.user)?.user;
  if (!user) {
    throw new ConfigError(
      `The context ${context} in ${files} names no user that is there; add the user or choose another context.`,
    );
  }
  return { context, cluster, user };
}

function readFile(path: string, mayBeMissing: boolean): KubeconfigFile | undefined {
  const text = textOf(path, mayBeMissing);
  if (text === undefined) return undefined;
  const file = parsed(text);
  if (file === undefined) {
    throw new ConfigError(
      `The file ${path} is not a valid kubeconfig; check it with "kubectl config view --kubeconfig ${path}".`,
    );
  }
  const folder = dirname(path);
  return {
    ...file,
    clusters: (file.clusters ?? []).map((each) => ({ ...each, cluster: clusterAt(folder, each.cluster ?? {}) })),
    users: (file.users ?? []).map((each) => ({ ...each, user: userAt(folder, each.user ?? {}) })),
  };
}

function textOf(path: string, mayBeMissing: boolean): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' && mayBeMissing) return undefined;
    const what = code === 'ENOENT' ? 'does not exist' : `cannot be read (${String(code)})`;
    throw new ConfigError(`The kubeconfig file ${path} ${what}; give another with --kubeconfig or $KUBECONFIG.`);
  }
}

/** The parser's own message would quote the file, keys and all, so there is none. */
function parsed(text: string): KubeconfigFile | undefined {
  let file: unknown;
  try {
    file = parse(text);
  } catch {
    return undefined;
  }
  return isKubeconfig(file) ? file : undefined;
}

function clusterAt(folder: string, cluster: KubeconfigCluster): KubeconfigCluster {
  return { ...cluster, ...absolutes(folder, cluster, ['certificate-authority']) };
}

function userAt(folder: string, user: KubeconfigUser): KubeconfigUser {
  const { exec } = user;
  return {
    ...user,
    ...absolutes(folder, user, ['client-certificate', 'client-key', 'tokenFile']),
    // A command without a slash is looked for in $PATH.
    ...(exec?.command.includes('/') === true && { exec: { ...exec, command: absolute(folder, exec.command) } }),
  };
}

function absolutes<K extends string>(folder: string, entry: { [key in K]?: string }, keys: readonly K[]): object {
  return Object.fromEntries(
    keys.flatMap((key) => {
      const path = entry[key];
      return path ? [[key, absolute(folder, path)]] : [];
    }),
  );
}

function absolute(folder: string, path: string): string {
  return isAbsolute(path) ? path : join(folder, path);
}
