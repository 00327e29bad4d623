/** A config map is a ConfigMap: configuration for pods. */
import { ConfigMaps } from '../../api/data.ts';
import { type XosConfigMap, XosConfigMaps } from '../../api/generated/xosconfigmaps.ts';
import { keyOf } from '../../api/meta.ts';
import type { Kind } from '../../runtime/kind.ts';
import { progressing, ready, stalled } from '../../runtime/outcome.ts';
import { entriesStatus } from '../../shared/entries-status.ts';
import { resourceRef } from '../../shared/resource-ref.ts';
import { configMapFor, contentOf } from './objects.ts';

/** What nobody may change while the live object is immutable. */
const FROZEN = ['data', 'binaryData', 'immutable'];

export const configMaps: Kind<XosConfigMap> = {
  resource: XosConfigMaps,
  owns: [ConfigMaps],
  reads: [],

  reconcile(config, view) {
    const content = contentOf(config);
    if ('flaw' in content) return stalled('InvalidSpec', content.flaw);
    const object = configMapFor(config, content);
    const { name } = object.metadata;
    const live = view.get(ConfigMaps, keyOf(object.metadata));
    const frozen = live?.immutable === true ? FROZEN : [];
    const children = [{ resource: ConfigMaps, strategy: 'Apply', object, frozen }] as const;
    if (live === undefined) return progressing(`ConfigMap ${name} is being created.`, { children });
    const said = entriesStatus({ ...object.data, ...object.binaryData });
    return ready(`ConfigMap ${name} is as declared.`, {
      children,
      status: { resourceRef: resourceRef(live), ...said },
    });
  },
};
