type OnError = (error: unknown) => void;

/**
 * Hears of every error that no code has caught: rejected promises, throwing timers, `error` events without a listener.
 *
 * Listeners would not do: a cell may remove them, replace `process.emit`, or set the callback that goes before them. Listeners
 * and callbacks of the cells are called too, but an error that they swallow is still known.
 */
export function onLateErrors(onError: OnError): void {
  type Emit = (name: string, ...values: unknown[]) => boolean;
  const base = process.emit.bind(process) as Emit;
  let theirs = base;
  let isInTheirs = false;
  const emit: Emit = (name, ...values) => {
    // what a cell has put in our place calls us in its turn
    if (isInTheirs) return base(name, ...values);
    const isError = name === "unhandledRejection" || name === "uncaughtException";
    if (isError) onError(values[0]);
    isInTheirs = true;
    try {
      const heard = theirs.call(process, name, ...values);
      // it was handled: the process continues
      return isError || heard;
    } finally {
      isInTheirs = false;
    }
  };
  Object.defineProperty(process, "emit", {
    get: () => emit,
    set: (replacement: Emit) => {
      theirs = replacement;
    },
    enumerable: true,
  });
  const capture = process.setUncaughtExceptionCaptureCallback.bind(process);
  process.setUncaughtExceptionCaptureCallback = (callback) =>
    capture(
      callback &&
        ((error) => {
          onError(error);
          callback(error);
        }),
    );
}
