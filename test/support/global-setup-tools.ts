/** Before the tests with Argo CD and Flux: as before those on a real node, and makes these tools, which takes ten minutes the first time. */
import { controllerNames, ensureController } from '../../hack/gitops/controllers.ts';
import { ensureGitops } from '../../hack/gitops/program.ts';
import { toStderr } from '../../hack/progress.ts';
import prepareNode from './global-setup-node.ts';

async function prepareTools(): Promise<void> {
  await prepareNode();
  await ensureGitops(toStderr);
  // One after the other: what they have in common is compiled once.
  for (const name of controllerNames) await ensureController(name, toStderr);
}

// oxlint-disable-next-line import/no-default-export -- Jest asks for a default export.
export default prepareTools;
