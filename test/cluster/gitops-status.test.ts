/** What tools make of every status that the suites ever saw: kstatus, on which Flux and Helm rely, and the health scripts for Argo CD. */
import { GitopsTools } from '../support/gitops.ts';
import { expectedOf, READY_REASONS, recordedSamples, type Sample } from '../support/statuses.ts';
import { kinds } from '../../src/kinds/index.ts';

const samples = recordedSamples();
const reasonOf = ({ status }: Sample) => status.conditions?.find(({ type }) => type === 'Ready')?.reason;
const nameOf = ({ kind, metadata, status }: Sample) =>
  [kind, `seen ${status.observedGeneration}`, ...(metadata.deletionTimestamp === undefined ? [] : ['going'])]
    .concat((status.conditions ?? []).map(({ type, status: value, reason }) => `${type}=${value} ${reason}`))
    .join(', ');

describe('the statuses that were recorded', () => {
  let tools: GitopsTools;
  beforeAll(async () => {
    tools = await GitopsTools.find();
  });

  test('are of every kind, and have every reason', () => {
    expect(new Set(samples.map(({ kind }) => kind))).toEqual(new Set(kinds.map(({ resource }) => resource.kind)));
    const reasons = new Set(samples.map(reasonOf));
    expect(READY_REASONS.filter((reason) => !reasons.has(reason))).toEqual([]);
  });

  test('are to kstatus what docs/concepts.md says: Current only if it is true, and Failed only if it needs a person', async () => {
    const verdicts = await tools.kstatus(samples);
    expect(samples.map((sample, index) => [nameOf(sample), verdicts[index]?.status])).toEqual(
      samples.map((sample) => [nameOf(sample), expectedOf(sample).kstatus]),
    );
  });

  test('are to Argo CD the same, and Suspended where something is paused', async () => {
    const verdicts = await tools.argocd(samples);
    expect(samples.map((sample, index) => [nameOf(sample), verdicts[index]?.status])).toEqual(
      samples.map((sample) => [nameOf(sample), expectedOf(sample).argocd]),
    );
  });
});
