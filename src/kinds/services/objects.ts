/** The Service of an XosService. */
import type { XosService } from '../../api/generated/xosservices.ts';
import { MARK } from '../../api/meta.ts';
import type { Service, ServicePort } from '../../api/service.ts';
import { childMeta } from '../../shared/child-meta.ts';
import { labelValue } from '../../shared/labels.ts';

/** The selector finds every pod that a slice or an instance of this service makes, by the label that they all carry. */
export function serviceFor(
  service: XosService,
  ports: readonly ServicePort[],
): Service & { spec: { selector: Record<string, string> } } {
  const { name } = service.metadata;
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: childMeta(service),
    spec: {
      type: service.spec.exposure,
      selector: { [MARK.service]: labelValue(name) },
      ports: ports.map((entry) => ({ ...entry, targetPort: entry.port })),
    },
  };
}
