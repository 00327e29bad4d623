/** What docs/installation.md has users write for Flux is what Flux reads, by its own types. */
import { GitopsTools } from '../support/gitops.ts';
import { documentsIn } from '../support/typed.ts';

const [RELEASE = ''] = documentsIn('Flux');

describe('the HelmRelease of docs/installation.md', () => {
  let tools: GitopsTools;
  beforeAll(async () => {
    tools = await GitopsTools.find();
  });

  test('is one, of the chart that is in Git', async () => {
    const { name, namespace, values, chart } = await tools.helmRelease(RELEASE);
    expect({ name, namespace, values }).toEqual({
      name: 'xos-operator',
      namespace: 'xos-system',
      values: { image: { repository: 'REGISTRY/xos-operator' } },
    });
    expect(chart).toMatchObject({ spec: { chart: 'charts/xos-operator', reconcileStrategy: 'Revision' } });
  });

  test('is not one with a field that helm-controller does not know', async () => {
    await expect(tools.helmRelease(RELEASE.replace('interval:', 'every:'))).rejects.toThrow('unknown field');
  });
});
