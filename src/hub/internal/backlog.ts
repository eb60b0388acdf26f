import type { Seq } from "../../domain/Seq.ts"
import { zero } from "../../domain/Seq.ts"
import type { UserId } from "../../domain/User.ts"
import type { StoredMessage } from "../../history/History.ts"
import type { Member } from "../Member.ts"

/** The last message of a conversation that each of its users was told of. */
export type Heard = Map<UserId, Seq>

/** Messages kept, and characters told to one that enters. */
const maxMessages = 64
const maxCharacters = 64 * 1024

/** What was said in a direct conversation lately, for one of the two who was not there. */
export class Backlog {
  private readonly heard: Heard
  private latest: Array<StoredMessage> = []

  constructor(heard: Heard) {
    this.heard = heard
  }

  load(messages: ReadonlyArray<StoredMessage>): void {
    this.latest = messages.slice(-maxMessages)
  }

  add(messages: ReadonlyArray<StoredMessage>): void {
    this.latest = [...this.latest, ...messages].slice(-maxMessages)
  }

  /** These were told of everything up to this place. */
  heardBy(members: Iterable<Member>, seq: Seq): void {
    for (const { user } of members) this.heard.set(user.id, seq)
  }

  /**
   * The latest messages that the user was not told of, up to this place, the oldest first. As many as leave room for
   * others: who enters many conversations at once must not be cut off for what waits in them.
   */
  missedBy({ outbox, user }: Member, upTo: Seq): ReadonlyArray<StoredMessage> {
    const heard = this.heard.get(user.id) ?? zero
    if (heard >= upTo || outbox.pressure >= 0.5) return []
    const told = this.latest.filter(({ seq }) => seq <= upTo)
    let characters = 0
    const known = told.findLastIndex(({ content, seq }) => {
      characters += content.length
      return seq <= heard || characters > maxCharacters
    })
    return told.slice(known + 1)
  }
}
