// churn-workbench/statistics: pure functions on typed arrays.
export { wilsonInterval } from "./wilson-interval.js";
