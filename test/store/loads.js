// Loads the file of CHURN_TEST_SOURCE into the store of CHURN_TEST_URL and prints how many rows of it are in the ledger, after each piece.
import { load, openStore } from "churn-workbench";

const {
  CHURN_TEST_URL: url,
  CHURN_TEST_PATH: path,
  CHURN_TEST_SOURCE: source,
  CHURN_TEST_DATA: data_dir,
} = process.env;
const onProgress = ({ done }) => process.stdout.write(`${done}\n`);
await load(
  openStore({ url, path }, () => {}),
  { source, data_dir },
  { onProgress },
);
