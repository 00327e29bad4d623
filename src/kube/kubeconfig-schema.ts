/** What of a kubeconfig is read. Source: Kubernetes documentation, "kubeconfig (v1)". */
import { Ajv } from 'ajv';

/** Where a server is and how to trust it. A path is absolute once kubeconfig.ts has read it. */
export interface KubeconfigCluster {
  server?: string;
  'certificate-authority'?: string;
  'certificate-authority-data'?: string;
  'insecure-skip-tls-verify'?: boolean;
  'tls-server-name'?: string;
  'proxy-url'?: string;
}

/** How to log in. A path is absolute once kubeconfig.ts has read it. */
export interface KubeconfigUser {
  'client-certificate'?: string;
  'client-certificate-data'?: string;
  'client-key'?: string;
  'client-key-data'?: string;
  token?: string;
  tokenFile?: string;
  username?: string;
  password?: string;
  as?: string;
  'auth-provider'?: { name?: string };
  exec?: PluginConfig;
}

/** A program that gives credentials. Source: client.authentication.k8s.io/v1, ExecConfig. */
export interface PluginConfig {
  command: string;
  apiVersion?: string;
  args?: readonly string[];
  env?: readonly { name: string; value: string }[];
  provideClusterInfo?: boolean;
}

type Named<K extends string, T> = { name: string } & Partial<Record<K, T>>;

/** One file. */
export interface KubeconfigFile {
  clusters?: Named<'cluster', KubeconfigCluster>[];
  contexts?: Named<'context', { cluster?: string; user?: string }>[];
  users?: Named<'user', KubeconfigUser>[];
  'current-context'?: string;
}

const text = { type: 'string', nullable: true };
const flag = { type: 'boolean', nullable: true };
const listOf = (items: object) => ({ type: 'array', nullable: true, items });
const shape = (required: readonly string[], properties: object) => ({
  type: 'object',
  required,
  properties,
});
const named = (key: string, content: object) =>
  listOf(shape(['name'], { name: { type: 'string' }, [key]: { ...content, nullable: true } }));

/** What of a kubeconfig is read; anything else may stand there. */
const SCHEMA = shape([], {
  'current-context': text,
  clusters: named(
    'cluster',
    shape([], {
      server: text,
      'certificate-authority': text,
      'certificate-authority-data': text,
      'insecure-skip-tls-verify': flag,
      'tls-server-name': text,
      'proxy-url': text,
    }),
  ),
  contexts: named('context', shape([], { cluster: text, user: text })),
  users: named(
    'user',
    shape([], {
      'client-certificate': text,
      'client-certificate-data': text,
      'client-key': text,
      'client-key-data': text,
      token: text,
      tokenFile: text,
      username: text,
      password: text,
      as: text,
      'auth-provider': { ...shape([], { name: text }), nullable: true },
      exec: {
        ...shape(['command'], {
          command: { type: 'string' },
          apiVersion: text,
          args: listOf({ type: 'string' }),
          env: listOf(shape(['name', 'value'], { name: { type: 'string' }, value: { type: 'string' } })),
          provideClusterInfo: flag,
        }),
        nullable: true,
      },
    }),
  ),
});

/** Whether a parsed file is one; it says nothing of what is wrong, because that could quote a key. */
export const isKubeconfig = new Ajv().compile<KubeconfigFile>(SCHEMA);
