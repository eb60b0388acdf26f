/** Cuts what comes in pieces of any size into chunks of one size, the last of which may be shorter. */
export class Chunks {
  private readonly size: number
  private pieces: Array<Uint8Array> = []
  private bytes = 0

  constructor(size: number) {
    this.size = size
  }

  /** The chunks that are complete with this piece. */
  push(piece: Uint8Array): ReadonlyArray<Uint8Array> {
    const chunks: Array<Uint8Array> = []
    let at = 0
    while (this.bytes + piece.length - at >= this.size) {
      const needed = this.size - this.bytes
      const part = piece.subarray(at, at + needed)
      chunks.push(this.bytes === 0 ? part : this.join(part))
      at += needed
    }
    if (at < piece.length) {
      // Whoever reads into the same memory again and again must not change it.
      this.pieces.push(piece.slice(at))
      this.bytes += piece.length - at
    }
    return chunks
  }

  /** What is left at the end. */
  rest(): ReadonlyArray<Uint8Array> {
    return this.bytes === 0 ? [] : [this.join(new Uint8Array(0))]
  }

  private join(last: Uint8Array): Uint8Array {
    const chunk = new Uint8Array(this.bytes + last.length)
    let at = 0
    for (const piece of [...this.pieces, last]) {
      chunk.set(piece, at)
      at += piece.length
    }
    this.pieces = []
    this.bytes = 0
    return chunk
  }
}
