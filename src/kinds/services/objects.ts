/** The Service of an XosService. */
import type { XosService } from '../../api/generated/xosservices.ts';
import { MARK } from '../../api/meta.ts';
import type { Service, ServicePort } from '../../api/service.ts';
import { childMeta } from '../../shared/child-meta.ts';
import type { KubeObject, Live } from '../../api/object.ts';
import { entryIn } from '../../shared/ports.ts';
import { identityOnly } from '../../shared/taking-over.ts';
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
      type: service.spec.exposure ?? 'NodePort',
      selector: { [MARK.service]: labelValue(name) },
      ports: ports.map((entry) => ({ ...entry, targetPort: entry.port })),
    },
  };
}

/** What is said of a Service that was there before. A port that it has already keeps its name and its target. */
export function saidOfService(
  { spec }: XosService,
  live: Live<Service>,
  ports: readonly ServicePort[],
): KubeObject & { spec: object } {
  const said = ports.map((entry) => {
    const present = entryIn(live, entry);
    if (present === undefined) return { ...entry, targetPort: entry.port };
    const { port, protocol, nodePort } = entry;
    return { port, protocol, ...(nodePort !== undefined && { nodePort }) };
  });
  return {
    ...identityOnly(live),
    spec: { ...(spec.exposure !== undefined && { type: spec.exposure }), ...(said.length > 0 && { ports: said }) },
  };
}
