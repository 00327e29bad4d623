// Jest cannot load ES modules without an experimental flag, so the tests run everything as CommonJS.
const swc = [
  '@swc/jest',
  { jsc: { target: 'es2024', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } },
];
const common = {
  transform: { '\\.[cm]?[jt]s$': swc },
  transformIgnorePatterns: [],
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
};

export default {
  testSequencer: '<rootDir>/test/support/longest-first.js',
  projects: [
    {
      ...common,
      displayName: 'unit',
      testMatch: ['<rootDir>/test/**/*.test.ts'],
      globalSetup: '<rootDir>/test/support/global-setup-unit.ts',
      testPathIgnorePatterns: [
        '/node_modules/',
        '<rootDir>/test/cluster/',
        '<rootDir>/test/faults/',
        '<rootDir>/test/node/',
        '<rootDir>/test/tools/',
      ],
    },
    {
      ...common,
      displayName: 'cluster',
      testMatch: ['<rootDir>/test/cluster/**/*.test.ts', '<rootDir>/test/faults/**/*.test.ts'],
      globalSetup: '<rootDir>/test/support/global-setup.ts',
    },
    {
      ...common,
      displayName: 'node',
      testMatch: ['<rootDir>/test/node/**/*.test.ts'],
      globalSetup: '<rootDir>/test/support/global-setup-node.ts',
    },
    {
      ...common,
      displayName: 'tools',
      testMatch: ['<rootDir>/test/tools/**/*.test.ts'],
      globalSetup: '<rootDir>/test/support/global-setup-tools.ts',
    },
  ],
};
