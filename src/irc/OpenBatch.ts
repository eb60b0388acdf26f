/** A message that a client says line by line. Its text is bounded by what a message may have. */
export interface OpenBatch {
  readonly reference: string
  readonly target: string
  /** The message that it answers. */
  readonly answered: string | undefined
  readonly label: string | undefined
  /** How it is said: all lines alike. */
  command: string | undefined
  text: string
  lines: number
  bytes: number
  /** It was refused, and is not said whatever else comes. */
  failed: boolean
}
