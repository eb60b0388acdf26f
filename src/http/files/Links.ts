/**
 * Links at which somebody reads one file for a few minutes without saying who it is: on an origin that no cookie is for, and
 * that is given no token. Nobody can make one or read what is in it, and every node of the service opens what another has
 * made. What its maker may is looked at again each time.
 */
import type { Clock } from "effect/Clock"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { Caller } from "../../chat/Caller.ts"
import type { ChatShape } from "../../chat/Chat.ts"
import { ChannelName } from "../../domain/ChannelName.ts"
import { FileId } from "../../domain/FileId.ts"
import { isHostOf } from "../../domain/Origins.ts"
import type { WebClient } from "../../domain/WebClient.ts"
import { Requester } from "../../hub/channel/ChannelCommand.ts"
import type { Asker } from "../Handler.ts"

/** Milliseconds for which a link is good, by the clock of whoever opens it. */
const good = 5 * 60_000

interface NewLink {
  readonly asker: Asker
  readonly channel: ChannelName
  readonly file: FileId
  readonly inline: boolean
}

/** The token's scope is not in it: that it allows this file was seen when the link was made. */
const Sealed = Schema.fromJsonString(
  Schema.Struct({ by: Requester, channel: ChannelName, file: FileId, inline: Schema.Boolean, until: Schema.Finite }),
)
const read = Schema.decodeUnknownOption(Sealed)
const write = Schema.encodeSync(Sealed)

const beginning = "/files/"

type Part = Pick<ChatShape, "clock" | "limitsOf" | "seals">

export class Links {
  private readonly origin: string
  private readonly clock: Clock
  private readonly chat: Part

  constructor(origin: string, chat: Part) {
    this.origin = origin
    this.clock = chat.clock
    this.chat = chat
  }

  /** Whether somebody asks the host that has files and nothing else. */
  isFor(client: WebClient): boolean {
    return isHostOf(this.origin, client.own())
  }

  make({ asker: { caller }, channel, file, inline }: NewLink): string {
    const { trace: _, ...by } = caller.by
    const until = Math.min(this.now() + good, caller.endsAt ?? Infinity)
    return this.origin + beginning + this.chat.seals.seal(purpose, write({ by, channel, file, inline, until }))
  }

  /** Other nodes open it: the date is the clock that all have. */
  private now(): number {
    return this.clock.currentTimeMillisUnsafe()
  }

  /** What a path is a link to, and for whom; undefined where it is none, or none any more. */
  find(path: string): NewLink | undefined {
    if (!path.startsWith(beginning)) return undefined
    const text = this.chat.seals.open(purpose, path.slice(beginning.length))
    const link = text === undefined ? undefined : Option.getOrUndefined(read(text))
    if (link === undefined || link.until <= this.now()) return undefined
    const { by, channel, file, inline } = link
    const caller: Caller = { by, memberships: undefined, limits: this.chat.limitsOf(by.user, by.address) }
    return { asker: { caller, identity: { user: by.user, tokenId: undefined } }, channel, file, inline }
  }
}

const purpose = "a link to a file"
