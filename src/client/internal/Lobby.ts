import { lobby } from "../../domain/ChannelName.ts"
import * as Seq from "../../domain/Seq.ts"
import * as Topic from "../../domain/Topic.ts"
import { spelling, type Username } from "../../domain/Username.ts"
import type { Member, ServerFrameOf } from "../../protocol/v2/ServerFrame.ts"

/** The most members that are kept: a server of version 1 lists everybody, and its list may have any length. */
const maxMembers = 10_000

const memberOf = (username: Username): Member => ({ username, status: "online" })

/** The one channel of a server that speaks version 1, in the frames of version 2. `undefined` is no change. */
export class Lobby {
  private readonly names = new Set<Username>()
  private version = 0

  /** The answer to a join. */
  joined(ref: number): ServerFrameOf<"Joined"> {
    return {
      type: "Joined",
      ref,
      channel: lobby,
      topic: Topic.none,
      seq: Seq.zero,
      first: Seq.next(Seq.zero),
      access: "public",
      count: this.names.size,
      members: [...this.names].map(memberOf),
      presence: this.version,
    }
  }

  /** A page of the server's channels: the lobby, unless it is not behind the name `after`. */
  page(after: string | undefined): ServerFrameOf<"Channels"> {
    const entry = { channel: lobby, topic: Topic.none, count: this.names.size }
    return { type: "Channels", channels: after !== undefined && after >= lobby ? [] : [entry] }
  }

  /** Everybody, as the server lists them, and the user, who may be missing there. */
  list(names: ReadonlyArray<Username>, me: Username): ServerFrameOf<"Presence"> {
    this.names.clear()
    for (const name of names.slice(0, maxMembers)) this.names.add(name)
    if (!names.some((name) => spelling(name) === spelling(me))) this.names.add(me)
    return this.changed({ full: true, joined: [...this.names].map(memberOf) })
  }

  add(name: Username): ServerFrameOf<"Presence"> | undefined {
    if (this.names.has(name) || this.names.size >= maxMembers) return undefined
    this.names.add(name)
    return this.changed({ joined: [memberOf(name)] })
  }

  remove(name: Username): ServerFrameOf<"Presence"> | undefined {
    return this.names.delete(name) ? this.changed({ left: [name] }) : undefined
  }

  private changed(change: Pick<ServerFrameOf<"Presence">, "joined" | "left" | "full">): ServerFrameOf<"Presence"> {
    return { type: "Presence", channel: lobby, version: ++this.version, count: this.names.size, ...change }
  }
}
