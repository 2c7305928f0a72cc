import { messageOf } from "../core/fault.js";
import { completeReply, inspectReply, isCompleteReply, kernelInfo } from "./code-replies.js";
import type { Session } from "./session.js";
import type { Message } from "./wire.js";

/** Content of the answer to a request other than for execution; undefined for one that is not known. */
export function answerTo({ header, content }: Message, session: Session): object | undefined {
  try {
    switch (header.msg_type) {
      case "kernel_info_request":
        return kernelInfo();
      case "complete_request":
        return completeReply(session, content);
      case "inspect_request":
        return inspectReply(session, content);
      case "is_complete_request":
        return isCompleteReply(session, content);
      case "comm_info_request":
        return { status: "ok", comms: {} };
      case "history_request":
        return { status: "ok", history: [] };
      case "connect_request":
        return { status: "ok" };
      default:
        return undefined;
    }
  } catch (error) {
    return { status: "error", ename: "KernelError", evalue: messageOf(error), traceback: [] };
  }
}
