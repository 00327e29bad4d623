/** The controller of a slice. */
import type { XosSlice } from '../../api/generated/xosslices.ts';
import { MARK } from '../../api/meta.ts';
import type { JsonObject, KubeObject } from '../../api/object.ts';
import { apiVersionOf } from '../../api/resource.ts';
import { resourceNameOf } from '../../runtime/ownership.ts';
import { labelValue, MANAGED_BY } from '../../shared/labels.ts';
import type { ControllerType, Ingredients } from './types.ts';

export type Controller = KubeObject & { spec: JsonObject };

export function controllerFor({ resource, spec }: ControllerType, ingredients: Ingredients): Controller {
  const { slice } = ingredients;
  return {
    apiVersion: apiVersionOf(resource),
    kind: resource.kind,
    metadata: { ...nameOf(slice), labels: { ...MANAGED_BY, [MARK.slice]: labelValue(slice.metadata.name) } },
    spec: spec(ingredients),
  };
}

function nameOf(slice: XosSlice): { name: string; namespace?: string } {
  const { namespace } = slice.metadata;
  return { name: resourceNameOf(slice), ...(namespace !== undefined && { namespace }) };
}
