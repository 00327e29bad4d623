/**
 * The longest test files first, so that in the end no worker waits for another. Where no earlier run has left times behind, Jest goes
 * by the size of a file.
 */
import Sequencer from '@jest/test-sequencer';

/** Those that take more than two minutes, and longer than their size tells. */
const LONGEST = [
  ...['uninstall', 'economy', 'gitops', 'uninstall-released', 'examples'].map((name) => `cluster/${name}`),
  ...['install', 'install-helm', 'image'].map((name) => `node/${name}`),
].map((file) => `/test/${file}.test.ts`);

// oxlint-disable-next-line import/no-default-export -- Jest asks for a default export.
export default class LongestFirst extends Sequencer {
  sort(tests) {
    const sorted = super.sort(tests);
    const longest = LONGEST.flatMap((end) => sorted.filter(({ path }) => path.endsWith(end)));
    return [...longest, ...sorted.filter((test) => !longest.includes(test))];
  }
}
