import { defineConfig } from "vitest/config";

const report = process.env.VITEST_JSON;

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts"],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: "forks",
    // real kernels, browsers and clients miss a time limit now and then on a loaded machine; what fails twice is broken
    retry: process.env.CI ? 1 : 0,
    ...(report ? { reporters: ["default", "json"], outputFile: { json: report } } : {}),
  },
});
