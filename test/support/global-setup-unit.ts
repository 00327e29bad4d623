/** Before the tests that need no cluster. */
import { makeRunFolder } from './run-folder.ts';

// oxlint-disable-next-line import/no-default-export -- Jest asks for a default export.
export default makeRunFolder;
