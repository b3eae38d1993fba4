export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/dist/test'],
  testMatch: ['**/*.test.js'],
  transform: {},
  injectGlobals: false,
  maxWorkers: 2,
  workerIdleMemoryLimit: '256MB',
}
