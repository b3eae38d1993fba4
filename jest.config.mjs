export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/dist/test'],
  testMatch: ['**/*.test.js'],
  transform: {},
  setupFiles: ['<rootDir>/dist/test/support/seed.js'],
  injectGlobals: false,
  maxWorkers: 2,
  // A deadline against hanging, not a measurement: computers that run tests may be ten times too busy.
  testTimeout: 60_000,
  workerIdleMemoryLimit: '256MB',
}
