/** The first command of the README. */
import { Demo } from '../support/demo.ts';

describe('make demo', () => {
  let demo: Demo;
  beforeAll(() => {
    demo = new Demo();
  });
  afterAll(async () => {
    await demo.close();
  });

  test('declares the example, adopts what others run, and shows both', async () => {
    const [made = '', found = ''] = (await demo.run()).split('What XOS found');
    expect(made).toMatch(/xosserviceinstance\S*\/demo-pod +true .* True +Reconciled/);
    expect(found).toMatch(/xosslice\S* +false .*Observed/);
    expect(await demo.pod()).toMatchObject({
      metadata: { ownerReferences: [{ kind: 'XosServiceInstance', name: 'demo-pod' }] },
      status: { phase: 'Running' },
    });
  });
});
