/** The ServiceAccount of a principal. */
import type { ServiceAccount } from '../../api/core.ts';
import type { XosPrincipal } from '../../api/generated/xosprincipals.ts';
import { resourceNameOf } from '../../runtime/ownership.ts';
import { MANAGED_BY } from '../../shared/labels.ts';

export function serviceAccountFor(principal: XosPrincipal): ServiceAccount {
  const { automountToken, imagePullSecretRefs } = principal.spec;
  const { namespace } = principal.metadata;
  return {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: {
      name: resourceNameOf(principal),
      ...(namespace !== undefined && { namespace }),
      labels: { ...MANAGED_BY },
    },
    ...(automountToken !== undefined && { automountServiceAccountToken: automountToken }),
    ...(imagePullSecretRefs !== undefined &&
      imagePullSecretRefs.length > 0 && { imagePullSecrets: imagePullSecretRefs.map(({ name }) => ({ name })) }),
  };
}
