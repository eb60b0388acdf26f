/** A file that is sent or saved. */
export interface Transfer {
  /** Its number, by which it can be cancelled. */
  readonly id: number
  readonly way: "up" | "down"
  readonly channel: string
  /** As it is typed here, or as whoever sent it calls it. */
  readonly name: string
  /** What is to be said with it. */
  readonly text: string
  /** Bytes; undefined until that is known. */
  readonly size: number | undefined
  readonly bytes: number
  /** How many bytes there were at which time, in milliseconds, within the last seconds; empty until some come. */
  readonly pace: ReadonlyArray<{ readonly at: number; readonly bytes: number }>
}
