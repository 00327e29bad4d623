/** The option --namespaces, and the variable behind it. */
import { readConfig } from '../src/config.ts';

const read = (argv: string[], env: Record<string, string> = {}) => readConfig(argv, env).namespaces;

test.each([
  ['nothing, which means all of them', [], {}, undefined],
  ['one', ['--namespaces', 'team-a'], {}, ['team-a']],
  ['several, each once', ['--namespaces=team-a,team-b,team-a'], {}, ['team-a', 'team-b']],
  ['the environment', [], { XOS_NAMESPACES: 'team-a,9' }, ['team-a', '9']],
  ['an empty variable, which says nothing', [], { XOS_NAMESPACES: '' }, undefined],
])('takes %s', (_what, argv, env, expected) => {
  expect(read(argv, env as Record<string, string>)).toEqual(expected);
});

test.each(['', 'team-a, team-b', 'team-a,', 'team_a', '*'])('refuses %j in a sentence', (text) => {
  expect(() => read([`--namespaces=${text}`])).toThrow(
    '--namespaces must be names of namespaces with commas between them, like team-a,team-b. See --help.',
  );
});
