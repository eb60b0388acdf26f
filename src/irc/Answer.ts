/** What a command is answered with: gathered, and written at once; labelled, where the client has labelled the command. */
import { format, inBatch, tagged } from "./Line.ts"

interface Ends {
  /** What the server is called. */
  readonly server: string
  readonly write: (lines: ReadonlyArray<string>) => void
  /** The name of another batch. */
  readonly freshBatch: () => string
}

export class Answer {
  private readonly ends: Ends
  private readonly label: string | undefined
  private lines: Array<string> = []
  /** The batch that was begun, since a part of the answer had to leave. */
  private batch: string | undefined
  /** Whoever answers later does so with the label. */
  private isLater = false

  constructor(ends: Ends, label: string | undefined) {
    this.ends = ends
    this.label = label
  }

  add(lines: ReadonlyArray<string>): void {
    this.lines.push(...lines)
  }

  /** The answer comes later, by itself: says its label. */
  later(): string | undefined {
    this.isLater = true
    return this.label
  }

  /** What was gathered leaves: more follows. */
  flush(): void {
    const { ends, label, lines } = this
    if (lines.length === 0) return
    this.lines = []
    if (label === undefined) return ends.write(lines)
    const begun = this.batch === undefined ? this.begin(label) : []
    ends.write([...begun, ...inBatch(this.batch, lines)])
  }

  /** That was all. */
  end(): void {
    const { batch, ends, label, lines } = this
    if (this.isLater) return this.flush()
    if (label === undefined) return lines.length === 0 ? undefined : ends.write(lines)
    if (batch !== undefined)
      return ends.write([...inBatch(this.batch, lines), format(ends.server, "BATCH", `-${batch}`)])
    if (lines.length === 0) return ends.write([tagged({ label }, `:${ends.server} ACK`)])
    if (lines.length === 1) return ends.write([tagged({ label }, lines[0]!)])
    const begun = this.begin(label)
    ends.write([...begun, ...inBatch(this.batch, lines), format(ends.server, "BATCH", `-${this.batch}`)])
  }

  private begin(label: string): ReadonlyArray<string> {
    this.batch = this.ends.freshBatch()
    return [tagged({ label }, format(this.ends.server, "BATCH", `+${this.batch}`, "labeled-response"))]
  }
}
