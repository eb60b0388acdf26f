import type { Username } from "../domain/Username.ts"
import type { Member, ServerFrameOf } from "../protocol/v2/ServerFrame.ts"

/** What an event has changed. */
export interface Change {
  readonly roster: Roster
  readonly joined: ReadonlyArray<Username>
  readonly left: ReadonlyArray<Username>
  /** Members whose status has changed. */
  readonly changed: ReadonlyArray<Member>
}

/** The members of a channel; immutable. As many as the server lists in a frame. */
export class Roster {
  /** How many there are. In a large channel that is more than `members` has. */
  readonly count: number
  /** In the order in which they came. */
  readonly members: ReadonlyMap<Username, Member>
  private readonly version: number

  private constructor(count: number, members: ReadonlyMap<Username, Member>, version: number) {
    this.count = count
    this.members = members
    this.version = version
  }

  /** As it is when the session joins. */
  static of({ count, members, presence }: ServerFrameOf<"Joined">): Roster {
    return new Roster(count, new Map(members.map((member) => [member.username, member])), presence)
  }

  get names(): ReadonlyArray<Username> {
    return [...this.members.keys()]
  }

  /** After an event; one that is older than this roster changes nothing. */
  apply(presence: ServerFrameOf<"Presence">): Change {
    const none = { joined: [], left: [], changed: [] }
    if (presence.version <= this.version) return { roster: this, ...none }
    const { changed: others, count, full, joined: listed = [], left: gone = [], version } = presence
    // The channel has got so large that the server only counts: the names are forgotten.
    if (full === undefined && presence.joined === undefined && presence.left === undefined && others === undefined) {
      return { roster: new Roster(count, new Map(), version), ...none }
    }
    const before = this.members
    const members = new Map(before)
    const here = new Set(listed.map(({ username }) => username))
    const left = full === true ? this.names.filter((name) => !here.has(name)) : gone.filter((name) => before.has(name))
    for (const name of left) members.delete(name)
    const updated = [...listed, ...(others ?? [])]
    for (const member of updated) members.set(member.username, member)
    return {
      roster: new Roster(count, members, version),
      joined: listed.map(({ username }) => username).filter((name) => !before.has(name)),
      left,
      changed: updated.filter((member) => {
        const known = before.get(member.username)
        return known !== undefined && (known.status !== member.status || known.text !== member.text)
      }),
    }
  }
}
