/** The files of config/monitoring that follow from the alerts and from the dashboard. */
import { join } from 'node:path';
import { ruleGroups } from './alerts.ts';
import { ROOT } from './crd.ts';
import { dashboard } from './dashboard.ts';
import { jsonFile, LABELS, yamlFile } from './yaml-file.ts';

const FOLDER = join(ROOT, 'config', 'monitoring');
const HEADER = '# Generated from hack/generate/alerts.ts by `npm run generate`. Do not edit.\n';

/** Each file: its path and its text. */
export async function monitoringFiles(): Promise<[path: string, text: string][]> {
  const metadata = { name: 'xos-operator', namespace: 'xos-system', labels: LABELS };
  const rule = { apiVersion: 'monitoring.coreos.com/v1', kind: 'PrometheusRule', metadata, spec: ruleGroups() };
  return [
    [join(FOLDER, 'rules.yaml'), await yamlFile(HEADER, [ruleGroups()])],
    [join(FOLDER, 'prometheus-rule.yaml'), await yamlFile(HEADER, [rule])],
    [join(FOLDER, 'dashboard.json'), await jsonFile(dashboard())],
  ];
}
