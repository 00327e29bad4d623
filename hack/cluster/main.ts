/** The local cluster on the command line: see `--help`. */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { toStderr } from '../progress.ts';
import { runMain, UserError } from '../user-error.ts';
import { ensureBuild } from './build.ts';
import { loadImage } from './nodes/real/load.ts';
import { type Choice, chooseProvider, readNodes, realStateDir } from './providers/choose.ts';

const help = `Usage: node hack/cluster/main.ts <command> [options]

Commands:
  up       start the cluster, or mend it, or find that it runs; prints its kubeconfig
  down     end the cluster and remove its state
  status   say what runs
  build    build the cluster's programs, without starting it
  load     bring the images in these archives onto the real node

Options:
  --state-dir DIR  the cluster in this folder, in place of the demo's
  --nodes N        simulated nodes of a new cluster (default 3; or what NODES says);
                   real: one node with a real kubelet, in namespaces of its own (Linux and root)

KUBECONFIG, when set, names a cluster to use in place of a local one; PROVIDER=kind uses kind.
XOS_CACHE_DIR says where built programs and the demo's state are kept.`;

interface Command {
  name: string;
  files: readonly string[];
  choice: Choice;
}

async function main(): Promise<number> {
  const { name, files, choice } = readCommand();
  switch (name) {
    case 'up': {
      const { kubeconfig } = await chooseProvider(choice).up(toStderr);
      process.stdout.write(`${kubeconfig}\n`);
      return 0;
    }
    case 'down':
      await chooseProvider(choice).down(toStderr);
      return 0;
    case 'status':
      return chooseProvider(choice).status(toStderr);
    case 'build':
      process.stdout.write(`${(await ensureBuild(toStderr)).folder}\n`);
      return 0;
    case 'load':
      for (const file of files) await loadImage(choice.stateDir ?? realStateDir(), resolve(file));
      return 0;
    case 'help':
      process.stdout.write(`${help}\n`);
      return 0;
    default:
      throw new UserError(`${name} is not a command: use up, down, status, build or load.`);
  }
}

function readCommand(): Command {
  const { values, positionals } = parseOrExplain();
  const stateDir = values['state-dir'] === undefined ? undefined : resolve(values['state-dir']);
  const name = values.help ? 'help' : (positionals[0] ?? 'help');
  return { name, files: positionals.slice(1), choice: { stateDir, nodes: readNodes(values.nodes) } };
}

function parseOrExplain() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        'state-dir': { type: 'string' },
        nodes: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    throw new UserError(error instanceof Error ? error.message : String(error));
  }
}

await runMain(main);
