import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    dir: 'test',
    include: ['**/*.test.ts'],
    setupFiles: ['test/seed.ts'],
    // A kernel, an engine or a child process may be behind a test: long enough to say "hung" and not "slow machine".
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // A test that was left focused or that holds no assertion is not a pass.
    allowOnly: false,
    expect: { requireAssertions: true },
    passWithNoTests: false,
    reporters: process.env.CI === undefined ? ['default'] : ['default', 'json'],
    outputFile: { json: 'out/test/report.json' },
  },
})
