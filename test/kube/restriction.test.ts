/** An operator that is restricted to namespaces sends nothing about anything else, whoever asks for it. */
import { Namespaces, Pods } from '../../src/api/core.ts';
import { XosSites } from '../../src/api/generated/xossites.ts';
import { XosSlices } from '../../src/api/generated/xosslices.ts';
import type { Connection, Request } from '../../src/kube/connection.ts';
import { collectionPath, objectPath } from '../../src/kube/path.ts';
import { restrictedTo } from '../../src/kube/restriction.ts';

function asked(path: string, as?: string): Promise<string> {
  const sent: Request[] = [];
  const whole: Connection = {
    send: (request) => {
      sent.push(request);
      return Promise.resolve({ status: 200, body: '' });
    },
    open: () => Promise.reject(new Error('not asked')),
    close: () => Promise.resolve(),
    reset: () => undefined,
  };
  return restrictedTo(['team-a', 'team-b'], whole)
    .send({ method: 'GET', path, ...(as !== undefined && { as }) })
    .then(
      () => (sent.length === 1 && sent[0]?.path === path ? 'sent' : 'lost'),
      (error: unknown) => `${(error as { reason: string }).reason}: ${(error as Error).message} ${sent.length}`,
    );
}

test.each([
  ['an object of its namespaces', objectPath(Pods, 'team-a/web', { subresource: 'status' })],
  ['a list in one', collectionPath(Pods, 'team-b', { limit: 250, fieldSelector: 'a=b/c' })],
  ['our kinds without a namespace', objectPath(XosSites, 'site')],
  ['a list of them', collectionPath(XosSites)],
  ['which groups there are', '/apis'],
  ['which kinds of a group', '/apis/apps/v1'],
  ['which kinds of the core group', '/api/v1'],
])('it asks for %s', async (_what, path) => {
  expect(await asked(path)).toBe('sent');
});

test.each([
  ['an object of another namespace', objectPath(Pods, 'team-c/web'), /^Forbidden: Namespace team-c is none of those/],
  ['our kinds there', collectionPath(XosSlices, 'team-c'), /^Forbidden: Namespace team-c/],
  ['a list in all', collectionPath(Pods), /^Forbidden: The operator is restricted to namespaces/],
  ['a namespace itself, even its own', objectPath(Namespaces, 'team-a'), /^Forbidden: The operator is restricted/],
  ['the namespaces', collectionPath(Namespaces), /^Forbidden: The operator is restricted/],
])('it does not ask for %s', async (_what, path, said) => {
  expect(await asked(path)).toMatch(said);
  expect(await asked(path, 'system:serviceaccount:team-a:admin')).toMatch(/ 0$/);
});
