import { defineConfig } from "vitest/config";

const report = process.env.VITEST_JSON;

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts"],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: "forks",
    ...(report ? { reporters: ["default", "json"], outputFile: { json: report } } : {}),
  },
});
