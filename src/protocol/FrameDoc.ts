/** What the protocol's reference says of a frame. */
export interface FrameDoc {
  readonly description: string
  /** Who sends it, where not both sides may. */
  readonly from?: "client" | "server"
  /** The type of the frame that answers it. */
  readonly reply?: string
  /** The type of the frame that the members get when it succeeds. */
  readonly event?: string
}
