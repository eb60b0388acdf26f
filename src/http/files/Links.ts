/**
 * Links at which somebody reads one file for a few minutes without saying who it is: on an origin that no cookie is for, and
 * that is given no token. Nobody can guess one. What its maker may is looked at again each time.
 */
import type { Clock } from "effect/Clock"
import { randomBytes } from "node:crypto"
import type { ChannelName } from "../../domain/ChannelName.ts"
import type { FileId } from "../../domain/FileId.ts"
import { LruMap } from "../../domain/LruMap.ts"
import * as Monotonic from "../../domain/Monotonic.ts"
import { isHostOf } from "../../domain/Origins.ts"
import type { WebClient } from "../../domain/WebClient.ts"
import type { Asker } from "../Handler.ts"

/** Links that are good at once, and milliseconds for which each is. */
const kept = 10_000
const good = 5 * 60_000

export interface Link {
  readonly asker: Asker
  readonly channel: ChannelName
  readonly file: FileId
  readonly inline: boolean
}

const beginning = "/files/"

export class Links {
  private readonly links = new LruMap<string, Link & { readonly until: number }>()
  private readonly origin: string
  private readonly clock: Clock

  constructor(origin: string, clock: Clock) {
    this.origin = origin
    this.clock = clock
  }

  /** Whether somebody asks the host that has files and nothing else. */
  isFor(client: WebClient): boolean {
    return isHostOf(this.origin, client.own())
  }

  make(link: Link): string {
    const key = randomBytes(32).toString("base64url")
    this.links.set(key, { ...link, until: Monotonic.millis(this.clock) + good })
    if (this.links.size > kept) this.links.removeOldest()
    return this.origin + beginning + key
  }

  /** The link that a path is; undefined where it is none, or none any more. */
  find(path: string): Link | undefined {
    if (!path.startsWith(beginning)) return undefined
    const link = this.links.get(path.slice(beginning.length))
    return link === undefined || link.until <= Monotonic.millis(this.clock) ? undefined : link
  }
}
