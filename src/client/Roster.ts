import type { Username } from "../domain/Username.ts"
import type { ServerFrameOf } from "../protocol/v2/ServerFrame.ts"

/** Who came and who went. */
export interface Changes {
  readonly joined: ReadonlyArray<Username>
  readonly left: ReadonlyArray<Username>
}

const none: Changes = { joined: [], left: [] }

/** Who is in one channel, from its `Joined` on. Bounded by the server, which lists no more than it allows in a frame. */
export class Roster {
  /** How many there are; in a large channel more than `names` has. */
  count: number
  private readonly present: Set<Username>
  private version: number

  constructor(joined: ServerFrameOf<"Joined">) {
    this.count = joined.count
    this.present = new Set(joined.members.map(({ username }) => username))
    this.version = joined.presence
  }

  /** In the order in which they came. */
  get names(): ReadonlyArray<Username> {
    return [...this.present]
  }

  /** Takes a change in; what is known already changes nothing. */
  apply(presence: ServerFrameOf<"Presence">): Changes {
    if (presence.version <= this.version) return none
    this.version = presence.version
    this.count = presence.count
    const listed = (presence.joined ?? []).map(({ username }) => username)
    const joined = listed.filter((name) => !this.present.has(name))
    const here = new Set(listed)
    const left = presence.full === true ? this.names.filter((name) => !here.has(name)) : (presence.left ?? [])
    for (const name of joined) this.present.add(name)
    const gone = left.filter((name) => this.present.delete(name))
    return { joined, left: gone }
  }
}
