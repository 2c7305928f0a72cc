import { defineConfig } from "vitest/config";

const report = process.env.VITEST_JSON;

/** Tests that need a server, a browser or Python, start processes by the dozen, or take half a minute: `npm run test:rest`. */
const REST = [
  "test/{docker,download,forest,notebook,package,run,sample,service,store}/**/*.test.ts",
  "src/cli/{forest,init,main,monitor-files-command}.test.ts",
  "src/service/*.test.ts",
  "src/campaign/campaign.test.ts",
  "src/{init/propose-config,load/load-file,load/many/load-group,load/many/load-many,load/replace-days,load/measures/any-cut,features/{build-features,point-in-time,standard-features,subscribers}}.test.ts",
  "src/watch/monitor.test.ts",
  "src/forest/category-laws.test.ts",
  "src/{download/gs/gs-source,features/covered-log,features/kept-days,scoring/score,stream/stream}.test.ts",
];

export default defineConfig({
  test: {
    testTimeout: 120_000,
    hookTimeout: 60_000,
    pool: "forks",
    ...(report ? { reporters: ["default", "json"], outputFile: { json: report } } : {}),
    projects: [
      {
        extends: true,
        test: { name: "quick", include: ["src/**/*.test.ts", "test/**/*.test.ts"], exclude: REST },
      },
      { extends: true, test: { name: "rest", include: REST } },
    ],
  },
});
