/** A client over one connection: what those who handle its packets have in common. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { Welcome } from "../../domain/ChannelEvent.ts"
import type { ChannelName } from "../../domain/ChannelName.ts"
import { Disconnect } from "../../domain/Disconnect.ts"
import type { RequestError } from "../../domain/RequestError.ts"
import type { Protocol } from "../../session/Protocol.ts"
import type { Session, SessionCaller } from "../../session/Session.ts"
import type { ClientState, Subscription } from "../ClientState.ts"
import type { ClientKey, Clients } from "../Clients.ts"
import type { Connect, Version } from "../Packet.ts"
import type { ReasonCode } from "../ReasonCode.ts"
import type { Topics } from "../Topic.ts"
import { Answers } from "./Answers.ts"
import type { Way } from "./publication.ts"

/** What all clients have in common. */
export interface Common {
  readonly clients: Clients
  readonly topics: Topics
  readonly renderer: Protocol<Session>["renderer"]
  readonly encodings: Readonly<Record<Version, Protocol<Session>["encoding"]>>
  /**
   * Says the last words of a client when so many seconds have passed, or at once where too many wait to be said. Of a client
   * there are one at most.
   */
  readonly afterwards: (key: ClientKey, seconds: number, said: Effect.Effect<void>) => void
  /** Who is back has not gone: nothing is said that waits. */
  readonly isBack: (key: ClientKey) => void
}

/** Smaller packets than this have no room for words. */
const roomForWords = 1024

/** Milliseconds that somebody is made to wait at most who cannot be told to come back. */
const patience = 30_000

export class Peer {
  readonly common: Common
  readonly session: Session
  readonly connect: Connect
  readonly version: Version
  readonly answers: Answers
  /** By what the client gave topics a number; bounded by what it was told. */
  readonly aliases = new Map<number, string>()
  /** Runs when it has entered the channel that it asked for. */
  entering: ((channel: ChannelName, welcome: Welcome) => void) | undefined
  /** What is known of the client; undefined until it is signed in, and when another connection has it. */
  state: ClientState | undefined
  /** Why it ends, where a disconnect says less. */
  protected why: { readonly code: ReasonCode; readonly message: string } | undefined

  constructor(common: Common, session: Session, connect: Connect) {
    this.common = common
    this.session = session
    this.connect = connect
    this.version = connect.version
    this.answers = new Answers(session, connect, this.hasRoomForWords)
  }

  /** Who speaks here, once somebody does. */
  get caller(): SessionCaller {
    return this.session.caller!
  }

  /** Whether a refusal is said in words, too. */
  get hasRoomForWords(): boolean {
    return this.connect.wantsProblems && this.connect.maximumPacketSize >= roomForWords
  }

  /** Messages of QoS 1 that it may be sent. */
  get room(): number {
    return this.state?.room(this.connect.receiveMaximum) ?? 0
  }

  /** How it is sent what it hears by a subscription. */
  way({ id, qos }: Subscription, { duplicate = false, retain = false } = {}): Way {
    return { version: this.version, qos, retain, duplicate, subscriptionId: id }
  }

  /** The end, with the number that says why. */
  failure(code: ReasonCode, message: string, reason: Disconnect["reason"] = "MalformedFrame"): Disconnect {
    this.why ??= { code, message }
    return new Disconnect({ reason, detail: message })
  }

  /** The same from outside of what handles packets. */
  endWith(code: ReasonCode, message: string, reason: Disconnect["reason"] = "Refused"): void {
    this.session.end(this.failure(code, message, reason))
  }
}

/** Tries again when the time has come, where that is soon; ends the session otherwise, which comes back to what it missed. */
export const waited = <A>(
  { message: detail, reason, retryAfter, retryable }: RequestError,
  again: () => Effect.Effect<A, Disconnect>,
): Effect.Effect<A, Disconnect> =>
  reason === "RateLimited" && retryAfter !== undefined && Duration.toMillis(retryAfter) <= patience
    ? Effect.flatMap(Effect.sleep(retryAfter), again)
    : Effect.fail(new Disconnect({ reason: retryable ? "ChannelLost" : "Refused", detail }))
