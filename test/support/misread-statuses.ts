/** Whether GitOps tools understand what the operator says of objects, in shapes that nobody has recorded yet. */
import type { KubeObject } from '../../src/api/object.ts';
import { GitopsTools } from './gitops.ts';
import { expectedOf, recordedSamples, sampleOf } from './statuses.ts';

/**
 * What tools take for something else than docs/concepts.md says, in words. The shapes of statuses.jsonl are left out, as
 * `gitops-status` judges them.
 */
export async function misreadStatuses(objects: readonly KubeObject[]): Promise<string[]> {
  const recorded = new Set(recordedSamples().map((sample) => JSON.stringify(sample)));
  const unknown = objects.filter((object) => !recorded.has(JSON.stringify(sampleOf(object))));
  if (unknown.length === 0) return [];
  const tools = await GitopsTools.find();
  const [kstatus, argocd] = [await tools.kstatus(unknown), await tools.argocd(unknown)];
  return unknown.flatMap((object, index) => {
    const expected = expectedOf(sampleOf(object));
    const isRight = kstatus[index]?.status === expected.kstatus && argocd[index]?.status === expected.argocd;
    if (isRight) return [];
    const made = `${kstatus[index]?.status} and ${argocd[index]?.status}`;
    return [`${made}, not ${expected.kstatus} and ${expected.argocd}: ${JSON.stringify(sampleOf(object))}`];
  });
}
