/** Before the tests on a real node: makes what they start, so that none of them waits for it. */
import { ensureBuild, ensureHelm, ensureNodePrograms } from '../../hack/cluster/build.ts';
import { requireRealNode } from '../../hack/cluster/nodes/real/requirements.ts';
import { ensureImage } from '../../hack/image/build.ts';
import { toStderr } from '../../hack/progress.ts';
import { forgetOtherClusters } from './other-clusters.ts';
import { makeRunFolder } from './run-folder.ts';
import { imageVariable } from './test-image.ts';

/** @throws {UserError} that says why there can be no real node here. */
async function prepareNode(): Promise<void> {
  forgetOtherClusters();
  await requireRealNode(toStderr);
  const build = await ensureBuild(toStderr);
  await ensureNodePrograms(build, toStderr);
  await ensureHelm(build, toStderr);
  process.env[imageVariable] = await ensureImage(toStderr);
  makeRunFolder();
}

// oxlint-disable-next-line import/no-default-export -- Jest asks for a default export.
export default prepareNode;
