// Streams the sample into the store of CHURN_TEST_URL or CHURN_TEST_PATH and prints the number of each batch that is acknowledged.
import { openStore, stream } from "churn-workbench";

const { CHURN_TEST_URL: url = null, CHURN_TEST_PATH: path, CHURN_TEST_BATCHES: batches } = process.env;
const store = openStore({ url, path, wait_seconds: 120 }, () => {});
const data_dir = process.env.CHURN_TEST_DATA;
await stream(
  store,
  { batch_size: 100, num_batches: Number(batches), interval: 0, data_dir, label_delay: 3 },
  { onBatch: ({ number }) => process.stdout.write(`${number}\n`) },
);
process.stdout.write("done\n");
