/**
 * The longest test files first, so that in the end no worker waits for another. Where no earlier run has left times behind, Jest goes
 * by the size of a file.
 */
import Sequencer from '@jest/test-sequencer';

/** Those that take more than a minute, as a cold run of both rings had them, longest first: their size does not tell. */
const LONGEST = {
  cluster:
    'economy uninstall outage gitops missing-rights examples joining uninstall-released life slice-trouble joining-crashes ' +
    'leadership never-harm fights rights costs orders story-orders scopes churn conflicts declare upgrade cluster flood ' +
    'telemetry alerts',
  node: 'install install-helm image install-flux',
};
const PATHS = Object.entries(LONGEST).flatMap(([ring, names]) =>
  names.split(' ').map((name) => `/${ring}/${name}.test.ts`),
);

// oxlint-disable-next-line import/no-default-export -- Jest asks for a default export.
export default class LongestFirst extends Sequencer {
  sort(tests) {
    const sorted = super.sort(tests);
    const longest = PATHS.flatMap((end) => sorted.filter(({ path }) => path.endsWith(end)));
    return [...longest, ...sorted.filter((test) => !longest.includes(test))];
  }
}
