/** Which cluster a command means: the given one, kind's, or the one that is built here. */
import { UserError } from '../../user-error.ts';
import type { Nodes } from '../cluster.ts';
import { demoStateDir } from '../cache.ts';
import { givenProvider } from './given.ts';
import { kindProvider } from './kind.ts';
import { localProvider } from './local.ts';
import type { Provider } from './provider.ts';

/** What was asked for on the command line. */
export interface Choice {
  /** The local cluster's state folder; the demo's when absent. */
  stateDir?: string | undefined;
  /** The nodes of a new local cluster; what NODES says when absent. */
  nodes?: Nodes | undefined;
}

/** The provider that the environment and the options ask for.
 * @throws {UserError} when PROVIDER is unknown. */
export function chooseProvider(choice: Choice = {}, env = process.env): Provider {
  const { stateDir, nodes = readNodes(env['NODES']) ?? 3 } = choice;
  // Who names a state folder means the local cluster in it.
  if (stateDir !== undefined) return localProvider(stateDir, nodes);
  // The two kinds of local cluster stand beside each other.
  if (nodes === 'real') return localProvider(realStateDir(env), nodes);
  if (env['KUBECONFIG']) return givenProvider(env['KUBECONFIG']);
  const provider = env['PROVIDER'] || 'local';
  if (provider === 'kind') return kindProvider();
  if (provider === 'local') return localProvider(demoStateDir(env), nodes);
  throw new UserError(`PROVIDER=${provider} is unknown: use \`kind\`, or leave it out.`);
}

/** The state folder of the demo's cluster with a real node. */
export function realStateDir(env = process.env): string {
  return `${demoStateDir(env)}-real`;
}

/** What `--nodes` or NODES asks for; undefined when it is left out.
 * @throws {UserError} when it is neither a number nor `real`. */
export function readNodes(text: string | undefined): Nodes | undefined {
  if (!text) return undefined;
  if (text === 'real') return text;
  const nodes = Number(text);
  if (Number.isInteger(nodes) && nodes >= 0) return nodes;
  throw new UserError(`${text} is not a number of nodes: give a whole number, or \`real\` for one real node.`);
}
