import { collectionPath, objectPath } from '../../src/kube/path.ts';
import { Pods } from './scripted-server.ts';

const Roles = {
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind: 'ClusterRole',
  plural: 'clusterroles',
  namespaced: false,
};

describe('request paths', () => {
  test.each([
    { name: 'all namespaces', path: collectionPath(Pods), expected: '/api/v1/pods' },
    { name: 'one namespace', path: collectionPath(Pods, 'demo'), expected: '/api/v1/namespaces/demo/pods' },
    { name: 'a group', path: collectionPath(Roles), expected: '/apis/rbac.authorization.k8s.io/v1/clusterroles' },
    { name: 'an object', path: objectPath(Pods, 'demo/web'), expected: '/api/v1/namespaces/demo/pods/web' },
    {
      name: 'a subresource with a query',
      path: objectPath(Pods, 'demo/web', { subresource: 'status', query: { fieldManager: 'a b', force: undefined } }),
      expected: '/api/v1/namespaces/demo/pods/web/status?fieldManager=a+b',
    },
    {
      name: 'upper case and colons, which stay what they are',
      path: objectPath(Roles, 'system:Node-Admin'),
      expected: '/apis/rbac.authorization.k8s.io/v1/clusterroles/system%3ANode-Admin',
    },
    {
      name: 'a query to be encoded',
      path: collectionPath(Pods, undefined, { continue: 'a+/=&b' }),
      expected: '/api/v1/pods?continue=a%2B%2F%3D%26b',
    },
  ])('is right for $name', ({ path, expected }) => {
    expect(path).toBe(expected);
  });

  test.each([
    'demo/',
    'demo/a/b',
    'demo/..',
    'demo/.',
    'demo/a%2fb',
    '../web',
    '/web',
    'demo/a\nb',
    'demo/\ud800',
    'web',
  ])('refuses the pod %j', (key) => {
    expect(() => objectPath(Pods, key)).toThrow(/^(The name .*|A Pod .*)\.$|correct it/);
  });

  test('refuses a namespace for what has none', () => {
    expect(() => objectPath(Roles, 'demo/admin')).toThrow('a ClusterRole has no namespace');
    expect(() => collectionPath(Roles, 'demo')).toThrow('A ClusterRole has no namespace');
  });
});
