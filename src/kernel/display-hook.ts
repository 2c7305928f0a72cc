import { type CellContext, currentCell } from "./cell-context.js";
import { KERNEL_HOOK, type KernelHook } from "./display.js";
import type { Session } from "./session.js";

/** What `display` needs of the kernel. */
export interface DisplayTarget {
  /** The cell on whose behalf the current code runs. */
  cell(): CellContext | undefined;
  /** Sends a message about a cell, after what it has printed. */
  publish(cell: CellContext, type: string, content: unknown): void;
  /** Clears the cell's output when its next output comes. */
  clearLater(cell: CellContext): void;
}

/** Puts our `display` where cells find it; tslab's own ends there too. */
export function installDisplay(target: DisplayTarget, session: Session): void {
  const hook: KernelHook = {
    display: (ready, { id, update }) => {
      const cell = target.cell();
      if (!cell) return;
      const transient = id ? { display_id: id } : {};
      target.publish(cell, update ? "update_display_data" : "display_data", { ...ready, transient });
    },
    clear: (wait) => {
      const cell = target.cell();
      if (!cell) return;
      if (wait) target.clearLater(cell);
      else target.publish(cell, "clear_output", { wait: false });
    },
    hold: (work) => {
      const cell = currentCell.getStore();
      if (!cell || cell.finished) return;
      cell.pending.add(work);
      const release = () => cell.pending.delete(work);
      work.then(release, release);
    },
  };
  (globalThis as Record<symbol, unknown>)[KERNEL_HOOK] = hook;
  session.onTslabDisplay(({ data, metadata, transient }, update) =>
    hook.display({ data, metadata }, { id: transient?.display_id, update }),
  );
}
