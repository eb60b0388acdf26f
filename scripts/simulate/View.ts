/** What is so of a channel's last messages behind all that changed them: as history has it, or as somebody sees it. */

/** A file as a message says it. */
export interface CarriedFile {
  readonly id: string
  readonly name: string
  readonly size: number
  readonly sha256: string
}

/** An entry, as far as it changes what is seen. */
export type Change =
  | {
      readonly type: "Message"
      readonly seq: number
      readonly content: string
      /** The file that it carries. */
      readonly file?: CarriedFile | undefined
      readonly deleted?: true | undefined
      readonly reactions?:
        | ReadonlyArray<{ readonly reaction: string; readonly users: ReadonlyArray<string> }>
        | undefined
    }
  | { readonly type: "Edited"; readonly target: number; readonly content: string }
  | { readonly type: "Deleted"; readonly target: number }
  | {
      readonly type: "Reacted"
      readonly target: number
      readonly by: string
      readonly reaction: string
      readonly on: boolean
    }

interface ViewedMessage {
  content: string
  file: CarriedFile | undefined
  deleted: boolean
  /** Each as `reaction by user`. */
  readonly reactions: Set<string>
}

/** Messages that are remembered. */
const remembered = 300

export class View {
  private readonly messages = new Map<number, ViewedMessage>()

  apply(change: Change): void {
    if (change.type === "Message") return this.add(change)
    const message = this.messages.get(change.target)
    if (message === undefined || message.deleted) return
    if (change.type === "Edited") message.content = change.content
    else if (change.type === "Deleted") {
      message.content = ""
      message.file = undefined
      message.deleted = true
      message.reactions.clear()
    } else {
      const reaction = `${change.reaction} by ${change.by}`
      if (change.on) message.reactions.add(reaction)
      else message.reactions.delete(reaction)
    }
  }

  /** The places of the messages that are remembered, the oldest first. */
  get places(): ReadonlyArray<number> {
    return [...this.messages.keys()]
  }

  /** The file that the message at a place carries. */
  fileAt(seq: number): CarriedFile | undefined {
    return this.messages.get(seq)?.file
  }

  isDeleted(seq: number): boolean {
    return this.messages.get(seq)?.deleted === true
  }

  /** In words, the same for what is the same; undefined of what is not remembered. */
  at(seq: number): string | undefined {
    const message = this.messages.get(seq)
    if (message === undefined) return undefined
    if (message.deleted) return "deleted"
    const { content, file, reactions } = message
    return [content, ...(file === undefined ? [] : [inWords(file)]), ...[...reactions].toSorted()].join(" | ")
  }

  private add({ content, deleted, file, reactions = [], seq }: Extract<Change, { readonly type: "Message" }>): void {
    // What is told again is as it is then.
    this.messages.set(seq, {
      content,
      file,
      deleted: deleted === true,
      reactions: new Set(reactions.flatMap(({ reaction, users }) => users.map((user) => `${reaction} by ${user}`))),
    })
    for (const oldest of this.messages.keys()) {
      if (this.messages.size <= remembered) break
      this.messages.delete(oldest)
    }
  }
}

const inWords = ({ id, name, sha256, size }: CarriedFile): string =>
  `file ${name}, ${size} bytes, ${sha256.slice(0, 8)}, ${id}`
