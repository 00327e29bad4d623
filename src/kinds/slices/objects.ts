/** The controller of a slice. */
import { MARK } from '../../api/meta.ts';
import type { JsonObject, KubeObject } from '../../api/object.ts';
import { apiVersionOf } from '../../api/resource.ts';
import { childMeta } from '../../shared/child-meta.ts';
import { labelValue } from '../../shared/labels.ts';
import type { ControllerType, Ingredients } from './types.ts';

export type Controller = KubeObject & { spec: JsonObject };

export function controllerFor({ resource, spec }: ControllerType, ingredients: Ingredients): Controller {
  const { slice } = ingredients;
  return {
    apiVersion: apiVersionOf(resource),
    kind: resource.kind,
    metadata: childMeta(slice, { [MARK.slice]: labelValue(slice.metadata.name) }),
    spec: spec(ingredients),
  };
}
