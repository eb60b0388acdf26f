/** What has come of files since the service started: plain numbers, which only go up. */
export interface Counters {
  /** Bytes that came and are safe. */
  received: number
  /** Bytes that were read. */
  read: number
  /** Files that came whole. */
  whole: number
  /** Files that were not what was announced, or that the scanner did not want. */
  refused: number
  /** Files and uploads that are gone. */
  removed: number
}

export const none = (): Counters => ({ received: 0, read: 0, whole: 0, refused: 0, removed: 0 })
