/** The ServiceAccount of a principal. */
import type { ServiceAccount } from '../../api/core.ts';
import type { XosPrincipal } from '../../api/generated/xosprincipals.ts';
import { childMeta } from '../../shared/child-meta.ts';

export function serviceAccountFor(principal: XosPrincipal): ServiceAccount {
  const { automountToken, imagePullSecretRefs } = principal.spec;
  return {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: childMeta(principal),
    ...(automountToken !== undefined && { automountServiceAccountToken: automountToken }),
    ...(imagePullSecretRefs !== undefined &&
      imagePullSecretRefs.length > 0 && { imagePullSecrets: imagePullSecretRefs.map(({ name }) => ({ name })) }),
  };
}
