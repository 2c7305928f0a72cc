type OnError = (error: unknown) => void;

/**
 * Hears of every error that no code has caught: rejected promises, throwing timers, `error` events without a listener.
 *
 * Listeners would not do: a cell may remove them, or set the callback that goes before them. Listeners and callbacks of
 * the cells are called too, but an error that they swallow is still known.
 */
export function onLateErrors(onError: OnError): void {
  const emit = process.emit.bind(process) as (name: string, ...values: unknown[]) => boolean;
  process.emit = ((name: string, ...values: unknown[]) => {
    if (name !== "unhandledRejection" && name !== "uncaughtException") return emit(name, ...values);
    onError(values[0]);
    emit(name, ...values);
    // it was handled: the process goes on
    return true;
  }) as typeof process.emit;
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
