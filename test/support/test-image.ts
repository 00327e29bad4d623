/** The image that the tests on a real node use: one for the whole run, also if somebody changes a source meanwhile. */

/** Where globalSetup tells the test files which archive it is. */
export const imageVariable = 'XOS_TEST_IMAGE';

/** @throws {Error} when none was built, as outside `make test-node`. */
export function testImage(): string {
  const archive = process.env[imageVariable];
  if (archive === undefined) throw new Error('No image was built for these tests: use `make test-node`.');
  return archive;
}
