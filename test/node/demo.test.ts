/** The first command of the README with NODES=real: what it shows is a container. */
import { Demo } from '../support/demo.ts';

describe('make demo NODES=real', () => {
  let demo: Demo;
  beforeAll(() => {
    demo = new Demo('real');
  });
  afterAll(async () => {
    await demo.close();
  });

  test('ends with the example as a container on the node', async () => {
    expect(await demo.run()).toContain('exec demo-pod -- ps');
    expect(await demo.pod()).toMatchObject({
      metadata: { ownerReferences: [{ kind: 'XosServiceInstance', name: 'demo-pod' }] },
      spec: { nodeName: 'real-0' },
      status: { containerStatuses: [{ ready: true, restartCount: 0 }] },
    });
  });
});
