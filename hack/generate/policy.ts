/** Writes config/policy/admission.yaml, the ValidatingAdmissionPolicies, and the table of docs/security.md, from admission.ts. */
import { GROUP } from '../../src/api/meta.ts';
import { type Guarded, guarded, type Need } from './admission.ts';
import { LABELS, yamlFile } from './yaml-file.ts';

const HEADER = `# Generated from hack/generate/admission.ts by \`npm run generate\`. Do not edit.
# Nobody gets the operator to do what they may not do themselves. The operator and two controllers of Kubernetes pass by
# their user names; kustomization.yaml puts the namespace of the operator into them.
`;
/** The namespace is replaced by kustomize: it stands between the second and the third colon. */
const OPERATOR = 'system:serviceaccount:xos-system:xos-operator';
const CONTROLLERS = ['generic-garbage-collector', 'namespace-controller'].map(
  (name) => `system:serviceaccount:kube-system:${name}`,
);
const API = 'admissionregistration.k8s.io/v1';

interface Validation {
  readonly expression: string;
  readonly message: string;
  readonly reason: 'Forbidden';
}

interface Policy {
  readonly name: string;
  readonly group: string;
  readonly version: string;
  readonly operations: readonly string[];
  readonly resources: readonly string[];
  readonly conditions: Readonly<Record<string, string>>;
  readonly validations: readonly Validation[];
  /** Whether it stays where Helm, Flux or Argo CD takes away what they installed, as the CRDs do that it guards. */
  readonly stays?: true;
}

/** As on each CRD. */
const STAYING = {
  'helm.sh/resource-policy': 'keep',
  'kustomize.toolkit.fluxcd.io/prune': 'disabled',
  'argocd.argoproj.io/sync-options': 'Prune=false,Delete=false',
};

const notTheOperator = { 'not-the-operator': `request.userInfo.username != '${OPERATOR}'` };
const notKubernetes = {
  'not-kubernetes': `!(request.userInfo.username in [${CONTROLLERS.map((name) => `'${name}'`).join(', ')}])`,
};

/** The file. */
export async function policyFile(): Promise<string> {
  const objects = [...guarded.filter(({ needs }) => needs.length > 0).map(kindPolicy), ...others()].flatMap(rendered);
  return await yamlFile(HEADER, objects);
}

/** The table: who may write what. */
export function needsTable(): string {
  const rows = guarded.map(({ kind, needs }) => [kind, said(needs, 'write'), said(needs, 'delete')]);
  return [['Kind', 'To create or change it', 'To delete it'], ['---', '---', '---'], ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

function said(needs: readonly Need[], when: 'write' | 'delete'): string {
  const asked = needs.filter((need) => need[when].length > 0);
  return asked.length === 0 ? 'nothing more' : asked.map((need) => sentencePart(need, when)).join('; ');
}

function sentencePart(need: Need, when: 'write' | 'delete'): string {
  const where = need.everywhere === true ? ' in the whole cluster' : '';
  const only = need.whenSaid === undefined ? '' : ` (${need.whenSaid})`;
  return `${need[when].join(' and ')} ${resourceOf(need)}${need.name === undefined ? where : ` ${named(need)}`}${only}`;
}

function named({ nameSaid = 'of the name that it stands for' }: Need): string {
  return nameSaid;
}

function resourceOf({ group, resource }: Need): string {
  return group === '' ? resource : `${resource}.${group}`;
}

/** Asked of what changes something: not of the annotations that tools write, nor of finalizers on the way out. */
function kindPolicy({ kind, plural, mirrored, needs }: Guarded): Policy {
  const deleted = mirrored ? 'oldObject.spec.xosManaged == true' : 'true';
  const changed = [
    'oldObject == null',
    'object.spec != oldObject.spec',
    'object.metadata.?labels != oldObject.metadata.?labels',
    '(!has(object.metadata.deletionTimestamp) && object.metadata.?ownerReferences != oldObject.metadata.?ownerReferences)',
  ].join(' || ');
  return {
    name: plural,
    group: GROUP,
    version: 'v1alpha1',
    operations: ['CREATE', 'UPDATE', 'DELETE'],
    resources: [plural],
    conditions: {
      ...notTheOperator,
      ...notKubernetes,
      'changes-something': `object == null ? ${deleted} : (${changed})`,
    },
    validations: needs.flatMap((need) => [
      ...validationsFor(kind, need, 'write'),
      ...validationsFor(kind, need, 'delete'),
    ]),
  };
}

function validationsFor(kind: string, need: Need, when: 'write' | 'delete'): Validation[] {
  if (need[when].length === 0) return [];
  // What it was counts too: a field that is taken away ends what it stood for.
  const isFixed = need.name === undefined && need.when === undefined;
  const written = isFixed ? ['object'] : ['object', 'oldObject'];
  return (when === 'delete' ? ['oldObject'] : written).map((it) => ({
    expression: expressionFor(need, when, it),
    message: messageFor(kind, need, when),
    reason: 'Forbidden',
  }));
}

function expressionFor(need: Need, when: 'write' | 'delete', it: string): string {
  const inTermsOf = (text: string) => text.replaceAll(/\bit\b/g, it);
  const where = [
    ...(need.everywhere === true ? [] : ['.namespace(request.namespace)']),
    ...(need.name === undefined ? [] : [`.name(${inTermsOf(need.name)})`]),
  ].join('');
  const checks = need[when].map(
    (verb) => `authorizer.group('${need.group}').resource('${need.resource}')${where}.check('${verb}').allowed()`,
  );
  const skipped = [when === 'delete' ? 'object != null' : 'object == null'];
  if (when === 'write' && it === 'oldObject') skipped.push('oldObject == null');
  if (need.when !== undefined) skipped.push(`!(${inTermsOf(need.when)})`);
  return [...skipped, `(${checks.join(' && ')})`].join(' || ');
}

function messageFor(kind: string, need: Need, when: 'write' | 'delete'): string {
  const verbs = need[when].join(' and ');
  const where = need.everywhere === true ? 'in the whole cluster' : 'in this namespace';
  const act = when === 'write' ? 'Writing' : 'Deleting';
  const only = need.whenSaid === undefined ? '' : `, ${need.whenSaid},`;
  return `${act} this ${kind}${only} makes the XOS operator ${verbs} ${resourceOf(need)} ${need.name === undefined ? where : `${where}, ${named(need)}`}, and you may not do that yourself: ask for this right, or let somebody do it who has it.`;
}

function others(): Policy[] {
  const plurals = guarded.map(({ plural }) => plural);
  const scaled = ['deployments', 'replicasets', 'statefulsets'];
  return [
    {
      name: 'status',
      group: GROUP,
      version: 'v1alpha1',
      operations: ['UPDATE'],
      resources: plurals.map((plural) => `${plural}/status`),
      conditions: notTheOperator,
      validations: [
        {
          expression: 'false',
          message: 'Only the XOS operator writes the status of its custom resources: leave status out and write spec.',
          reason: 'Forbidden',
        },
      ],
    },
    {
      name: 'xosslices-scale',
      group: GROUP,
      version: 'v1alpha1',
      operations: ['UPDATE'],
      resources: ['xosslices/scale'],
      conditions: notTheOperator,
      validations: scaled.map((resource) => ({
        expression: `authorizer.group('apps').resource('${resource}').subresource('scale').namespace(request.namespace).check('update').allowed()`,
        message: `Scaling this XosSlice makes the XOS operator scale ${resource}.apps in this namespace, and you may not update ${resource}/scale yourself: ask for this right, or let somebody scale it who has it.`,
        reason: 'Forbidden',
      })),
    },
    {
      name: 'definitions',
      group: 'apiextensions.k8s.io',
      version: 'v1',
      operations: ['DELETE'],
      resources: ['customresourcedefinitions'],
      stays: true,
      conditions: { ours: `oldObject.spec.group == '${GROUP}'` },
      validations: [
        {
          expression: `oldObject.metadata.?annotations['${GROUP}/allow-deletion'].orValue('') == 'true'`,
          message: `Deleting this CustomResourceDefinition deletes its custom resources and everything that they made. Set mode: Release in the XosKubernetesService to keep what runs, and then put the annotation ${GROUP}/allow-deletion: "true" on the definition.`,
          reason: 'Forbidden',
        },
      ],
    },
  ];
}

function rendered({ name, conditions, validations, stays, ...rules }: Policy): object[] {
  const metadata = {
    name: `${name}.${GROUP}`,
    labels: LABELS,
    ...(stays && { annotations: STAYING }),
  };
  const { group, version, operations, resources } = rules;
  const resourceRules = [{ apiGroups: [group], apiVersions: [version], operations, resources }];
  return [
    {
      apiVersion: API,
      kind: 'ValidatingAdmissionPolicy',
      metadata,
      spec: {
        failurePolicy: 'Fail',
        matchConstraints: { resourceRules },
        matchConditions: Object.entries(conditions).map(([condition, expression]) => ({ name: condition, expression })),
        validations,
      },
    },
    {
      apiVersion: API,
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata,
      spec: { policyName: metadata.name, validationActions: ['Deny'] },
    },
  ];
}
