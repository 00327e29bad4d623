/** What the chart leaves open in the files of config/: whole files by name, and places in objects by kind. */
import { type Document, isMap, isSeq } from 'yaml';
import type { Places } from './places.ts';

/** The namespace of config/default. */
export const NAMESPACE = 'xos-system';

/** The folder of config/ that is installed once for each namespace that is named. */
export const PER_NAMESPACE = 'namespaced/namespace';

/** The name of the rights in the cluster of an operator that is restricted to namespaces. */
const RESTRICTED = 'xos-operator-restricted';

/** Rights in the cluster that every operator has which serves its metrics over TLS. */
const SECURE = ['xos-operator-metrics-auth', 'xos-metrics-reader'];

/** Files that are installed only where an expression of Helm is true. */
export const givenFor: Readonly<Record<string, string>> = {
  'role.yaml': 'not .Values.namespaces',
  'binding.yaml': 'not .Values.namespaces',
  'restricted-role.yaml': '.Values.namespaces',
  'restricted-binding.yaml': '.Values.namespaces',
  'people.yaml': '.Values.aggregatedRoles.enabled',
  'admission.yaml': '.Values.policy.enabled',
  'network-policy.yaml': '.Values.networkPolicy.enabled',
  'availability.yaml': '.Values.podDisruptionBudget.enabled',
  'service.yaml': 'or .Values.metrics.service.enabled .Values.metrics.serviceMonitor.enabled',
  'service-monitor.yaml': '.Values.metrics.serviceMonitor.enabled',
  'metrics-auth-rbac.yaml': '.Values.metrics.secure.enabled',
  'prometheus-rule.yaml': '.Values.metrics.prometheusRule.enabled',
};

type Path = readonly (string | number)[];

/** What is open in the objects of a kind. */
const byKind: Readonly<Record<string, (document: Document, places: Places) => void>> = {
  Deployment: openDeployment,
  ClusterRole: openName,
  ClusterRoleBinding: openName,
  Role: openNamespace,
  RoleBinding: openNamespace,
  ServiceAccount: (document, places) => {
    document.setIn(['metadata', 'annotations'], places.optional('.Values.serviceAccount.annotations'));
  },
  PodDisruptionBudget: (document, places) => {
    replace(document, ['spec', 'maxUnavailable'], places.value('.Values.podDisruptionBudget.maxUnavailable'));
  },
  ServiceMonitor: (document, places) => {
    addEntries(document, ['metadata', 'labels'], places.entries('.Values.metrics.serviceMonitor.labels'));
  },
  PrometheusRule: (document, places) => {
    addEntries(document, ['metadata', 'labels'], places.entries('.Values.metrics.prometheusRule.labels'));
  },
};

/** Opens an object of config/. @throws {Error} where something that is to be open is not there */
export function openIn(document: Document, places: Places): void {
  addEntries(document, ['metadata', 'labels'], places.included('xos-operator.labels'));
  byKind[document.get('kind') as string]?.(document, places);
}

/** Of operators that are restricted to namespaces there may be several. */
function openName(document: Document, places: Places): void {
  const paths = [
    ['metadata', 'name'],
    ['roleRef', 'name'],
  ];
  for (const path of paths) {
    const name = document.getIn(path) as string;
    if (name === RESTRICTED) document.setIn(path, `${name}-${places.value('$.Release.Namespace')}`);
    if (SECURE.includes(name)) document.setIn(path, name + places.value('include "xos-operator.suffix" $'));
  }
}

/** Where config/ leaves the namespace to who installs it, there is one for each. */
function openNamespace(document: Document, places: Places): void {
  if (!document.hasIn(['metadata', 'namespace'])) document.setIn(['metadata', 'namespace'], places.value('. | quote'));
}

function openDeployment(document: Document, places: Places): void {
  const template = ['spec', 'template'];
  const pod = [...template, 'spec'];
  const container = [...pod, 'containers', 0];
  replace(document, ['spec', 'replicas'], places.value('.Values.replicas'));
  addEntries(document, [...template, 'metadata', 'labels'], places.entries('.Values.podLabels'));
  addEntries(document, [...template, 'metadata', 'annotations'], places.entries('.Values.podAnnotations'));
  replace(document, [...pod, 'priorityClassName'], places.optionalText('.Values.priorityClassName'));
  for (const field of ['imagePullSecrets', 'nodeSelector', 'tolerations', 'affinity'])
    document.setIn([...pod, field], places.optional(`.Values.${field}`));
  replace(document, [...container, 'image'], places.value('include "xos-operator.image" . | quote'));
  document.setIn([...container, 'imagePullPolicy'], places.optionalText('.Values.image.pullPolicy'));
  replace(document, [...container, 'resources'], places.optional('.Values.resources'));
  openArguments(document, [...container, 'args'], places);
  addItems(document, [...container, 'env'], places.entries('.Values.env'));
}

function openArguments(document: Document, path: Path, places: Places): void {
  const args = document.getIn(path);
  const items = isSeq(args) ? (args.toJSON() as string[]) : [];
  const service = items.findIndex((text) => text.startsWith('--default-service='));
  if (service === -1) throw new Error('The Deployment has no --default-service.');
  const valueOf = (option: string, value: string) => `--${option}={{ .Values.${value} }}`;
  const given = places.item('.Values.defaultService', valueOf('default-service', 'defaultService'));
  replace(document, [...path, service], given);
  addItems(
    document,
    path,
    places.item('.Values.namespaces', '--namespaces={{ join "," .Values.namespaces }}'),
    places.item('ne .Values.log.level "info"', valueOf('log-level', 'log.level')),
    places.item('ne .Values.log.format "json"', valueOf('log-format', 'log.format')),
    places.entries('.Values.args'),
  );
}

function replace(document: Document, path: Path, mark: string): void {
  if (!document.hasIn(path)) throw new Error(`There is no ${path.join('.')} in ${String(document.get('kind'))}.`);
  document.setIn(path, mark);
}

/** More entries of a map that is there. */
function addEntries(document: Document, path: Path, mark: string): void {
  const map = document.getIn(path);
  if (!isMap(map)) throw new Error(`There is no map ${path.join('.')} in ${String(document.get('kind'))}.`);
  map.set(mark, null);
}

/** More items of a list that is there. */
function addItems(document: Document, path: Path, ...marks: string[]): void {
  const list = document.getIn(path);
  if (!isSeq(list)) throw new Error(`There is no list ${path.join('.')} in ${String(document.get('kind'))}.`);
  for (const mark of marks) list.add(mark);
}
