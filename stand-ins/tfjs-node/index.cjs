// What danfojs-node uses of @tensorflow/tfjs-node: tensors, computed in plain JavaScript, and `data.array` for its samples.
const core = require("@tensorflow/tfjs-core");
require("@tensorflow/tfjs-backend-cpu");

// tensors have their operations as methods in TensorFlow.js as a whole, not in its core: `tensor.sum()`
for (const [name, operation] of Object.entries(core)) {
  const isOperation = typeof operation === "function" && operation.name.endsWith("__op");
  if (!isOperation || name in core.Tensor.prototype) continue;
  core.Tensor.prototype[name] = function (...rest) {
    return operation(this, ...rest);
  };
}

module.exports = { ...core, data: require("@tensorflow/tfjs-data") };
