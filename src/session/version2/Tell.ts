import type { RequestError } from "../../domain/RequestError.ts"
import type { FrameMemory } from "../../protocol/FrameMemory.ts"
import type { ServerFrame } from "../../protocol/v2/ServerFrame.ts"
import type { Session } from "../Session.ts"

/** How a session is told something in the encoding at hand. */
export interface Tell {
  readonly answer: (session: Session, frame: ServerFrame) => void
  /** The same for what has its place among the messages. */
  readonly inOrder: (session: Session, frame: ServerFrame) => void
  readonly failure: (session: Session, error: RequestError, ref: number | undefined) => void
  /** A frame for who sees to it when it leaves; in `memory`, where that is given, until more is written there. */
  readonly encode: (frame: ServerFrame, memory?: FrameMemory) => Uint8Array
}
