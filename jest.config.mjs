export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/dist/test'],
  testMatch: ['**/*.test.js'],
  transform: {},
  setupFiles: ['<rootDir>/dist/test/support/seed.js'],
  injectGlobals: false,
  maxWorkers: 2,
  workerIdleMemoryLimit: '256MB',
}
