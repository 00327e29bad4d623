/** A config map is a ConfigMap: configuration for pods. */
import { ConfigMaps } from '../../api/data.ts';
import { type XosConfigMap, XosConfigMaps } from '../../api/generated/xosconfigmaps.ts';
import { keyOf } from '../../api/meta.ts';
import type { Kind } from '../../runtime/kind.ts';
import { progressing, ready, stalled } from '../../runtime/outcome.ts';
import { entriesStatus } from '../../shared/entries-status.ts';
import { resourceRef } from '../../shared/resource-ref.ts';
import { saidOf, takesOver } from '../../shared/taking-over.ts';
import { configMapFor, contentOf, saysNothing } from './objects.ts';

/** What nobody may change while the live object is immutable. */
const FROZEN = ['data', 'binaryData', 'immutable'];

/** Only of a ConfigMap that is taken over its content can be left to others. */
const NOTHING = 'The spec says nothing of the content: give spec.data, spec.binaryData or spec.dataJSON.';

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
    if (saysNothing(content) && (live === undefined || !takesOver(config, live)))
      return stalled('InvalidSpec', NOTHING);
    const frozen = live?.immutable === true ? FROZEN : [];
    const children = [{ resource: ConfigMaps, strategy: 'Apply', object, said: saidOf(object), frozen }] as const;
    if (live === undefined) return progressing(`ConfigMap ${name} is being created.`, { children });
    const entries = saysNothing(content) ? live : object;
    const said = entriesStatus({ ...entries.data, ...entries.binaryData });
    return ready(`ConfigMap ${name} is as declared.`, {
      children,
      status: { resourceRef: resourceRef(live), ...said },
    });
  },
};
