const kibibyte = 1024
const smallest = 256 * kibibyte
/** With so much a disk and a network are kept busy: while one half is written, the other comes. */
export const largest = 4 * 1024 * kibibyte
/** Windows of the largest size whose memory is kept for the next. */
const kept = 4
/** Of what is left, one gets so much. */
const share = 8

/**
 * Memory for what comes of files and is not safe yet: each who sends has a window of it, and all together no more than
 * there is. The windows become smaller as more send at once, so that nobody is refused before there are very many.
 */
export class Windows {
  /** Bytes that nobody has. */
  private left: number
  /** Memory that is not used any more; new one is made of pages that the system has to find first. */
  private readonly spare: Array<Uint8Array> = []

  constructor(bytes: number) {
    this.left = bytes
  }

  /** The bytes of a window for so many that are still to come: a multiple of the smallest; 0 where nothing is left. */
  take(expected: number): number {
    const wanted = Math.min(largest, this.left / share, expected)
    const window =
      Math.max(1, wanted >= expected ? Math.ceil(wanted / smallest) : Math.floor(wanted / smallest)) * smallest
    if (window > this.left) return 0
    this.left -= window
    return window
  }

  /** Memory for a window, not cleared. */
  memory(bytes: number): Uint8Array {
    const spare = bytes === largest ? this.spare.pop() : undefined
    return spare ?? Buffer.allocUnsafeSlow(bytes)
  }

  /** A window that is not needed any more, and its memory, if it had any. */
  give(window: number, memory: Uint8Array | undefined): void {
    this.left += window
    if (memory?.length === largest && this.spare.length < kept) this.spare.push(memory)
  }
}
