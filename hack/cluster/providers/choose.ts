/** Which cluster a command means: the given one, kind's, or the one that is built here. */
import { UserError } from '../../user-error.ts';
import { demoStateDir } from '../cache.ts';
import { givenProvider } from './given.ts';
import { kindProvider } from './kind.ts';
import { localProvider } from './local.ts';
import type { Provider } from './provider.ts';

/** What was asked for on the command line. */
export interface Choice {
  /** The local cluster's state folder; the demo's when absent. */
  stateDir?: string | undefined;
  /** The number of simulated nodes of a new local cluster. */
  nodes?: number | undefined;
}

/** The provider that the environment and the options ask for.
 * @throws {UserError} when PROVIDER is unknown. */
export function chooseProvider(choice: Choice = {}, env = process.env): Provider {
  const { stateDir, nodes = 3 } = choice;
  // Who names a state folder means the local cluster in it.
  if (stateDir !== undefined) return localProvider(stateDir, nodes);
  if (env['KUBECONFIG']) return givenProvider(env['KUBECONFIG']);
  const provider = env['PROVIDER'] || 'local';
  if (provider === 'kind') return kindProvider();
  if (provider === 'local') return localProvider(demoStateDir(env), nodes);
  throw new UserError(`PROVIDER=${provider} is unknown: use \`kind\`, or leave it out.`);
}
