/** What is said with one client, from its `CONNECT` on: packets to operations, and their answers to packets. */
import * as Effect from "effect/Effect"
import type { Welcome } from "../domain/ChannelEvent.ts"
import type { ChannelName } from "../domain/ChannelName.ts"
import { Disconnect } from "../domain/Disconnect.ts"
import { MessageId } from "../domain/MessageId.ts"
import type { RequestError } from "../domain/RequestError.ts"
import type { Protocol } from "../session/Protocol.ts"
import type { Session } from "../session/Session.ts"
import type { ClientKey, Entered, Holder } from "./Clients.ts"
import { ofDisconnect } from "./codes.ts"
import { decode } from "./decode.ts"
import { acknowledged, disconnected, notConnected, pong } from "./encode.ts"
import { deliver } from "./internal/delivering.ts"
import { type Common, Peer } from "./internal/Peer.ts"
import { publish, sayWill } from "./internal/publishing.ts"
import { catchUp } from "./internal/returning.ts"
import { subscribe, unsubscribe } from "./internal/subscribing.ts"
import { type Acknowledgement, type Connect, type Packet, PacketError } from "./Packet.ts"
import { ReasonCode } from "./ReasonCode.ts"
import { Told } from "./Told.ts"

const silence = new Uint8Array(0)

/** Behind these nothing is said for who is gone: it may not speak, or everybody is gone at once. */
const silences = new Set<Disconnect["reason"]>([
  "Draining",
  "TokenRevoked",
  "AccountDisabled",
  "PasswordChanged",
  "RoleChanged",
  "Dismissed",
])

export class Conversation extends Peer implements Protocol<Session>, Holder {
  readonly encoding: Protocol<Session>["encoding"]
  readonly renderer: Protocol<Session>["renderer"]
  readonly hasDirects = true
  /** It was told that it is connected. */
  isConnected = false
  private key: ClientKey | undefined
  private since = 0
  private will: Connect["will"]
  private saidGoodbye = false
  private isTaken = false

  constructor(common: Common, session: Session, connect: Connect) {
    super(common, session, connect)
    this.encoding = common.encodings[connect.version]
    this.renderer = common.renderer
    this.will = connect.will
  }

  /** The client is signed in, and this is what is known of it. */
  begin(key: ClientKey, { since, state }: Entered): this {
    this.key = key
    this.since = since
    this.state = state
    return this
  }

  isExclusive(): boolean {
    return false
  }

  handle(session: Session, body: Uint8Array): Effect.Effect<void, Disconnect> {
    // Another connection has what it speaks of.
    if (this.state === undefined) return Effect.void
    const packet = decode(body, this.version)
    if (packet instanceof PacketError) return Effect.fail(this.failure(packet.code, packet.message))
    // They are as many as messages that were sent here.
    if (packet.type === "PubAck") return this.acknowledge(packet)
    const limited = session.overLimit()
    return limited === undefined ? this.handlePacket(packet) : this.tooMany(packet, limited)
  }

  /** Who cannot be told to wait is made to. */
  private tooMany(packet: Packet, error: RequestError): Effect.Effect<void, Disconnect> {
    const { session, version } = this
    session.services.meter.requestErrors.add(error.reason)
    if (version === 5 && packet.type === "Publish" && packet.qos > 0) {
      session.refused(error, "frames")
      this.answers.expect(packet)(error)
      return Effect.void
    }
    return Effect.flatMap(Effect.sleep(error.retryAfter!), () => this.handlePacket(packet))
  }

  private handlePacket(packet: Packet): Effect.Effect<void, Disconnect> {
    switch (packet.type) {
      case "Publish":
        return publish(this, packet)
      case "PubAck":
        return this.acknowledge(packet)
      case "PubRel":
        return this.release(packet)
      case "Subscribe":
        return subscribe(this, packet)
      case "Unsubscribe":
        return unsubscribe(this, packet)
      case "PingReq":
        this.session.tell(pong)
        return catchUp(this)
      case "Disconnect":
        return this.disconnect(packet.code, packet.sessionExpiry)
      case "PubRec":
      case "PubComp":
        return this.wrong("nothing is sent here with QoS 2")
      case "Auth":
        return this.wrong("no authentication was begun")
      case "Connect":
        return this.wrong("there is one CONNECT in a connection")
    }
  }

  private wrong(message: string): Effect.Effect<void, Disconnect> {
    return Effect.fail(this.failure(ReasonCode.protocolError, message))
  }

  /** A message has arrived: there is room for another. */
  private acknowledge({ packetId }: Acknowledgement): Effect.Effect<void, Disconnect> {
    if (this.state?.inFlight.delete(packetId) === false) this.session.violation()
    return catchUp(this)
  }

  /** Of a message of QoS 2 nothing more comes. */
  private release({ packetId }: Acknowledgement): Effect.Effect<void, Disconnect> {
    const isKnown = this.state?.unreleased.delete(packetId) === true
    const code = isKnown ? ReasonCode.success : ReasonCode.packetIdNotFound
    this.session.tell(acknowledged(this.version, "PubComp", packetId, code))
    return Effect.void
  }

  private disconnect(code: number, expiry: number | undefined): Effect.Effect<void, Disconnect> {
    if (expiry !== undefined && this.state !== undefined) {
      if (expiry > 0 && this.connect.sessionExpiry === 0) return this.wrong("a session that was to end is not kept")
      this.state.expiry = this.common.clients.expiry(expiry)
    }
    this.saidGoodbye = true
    if (code !== ReasonCode.disconnectWithWill) this.will = undefined
    return Effect.fail(new Disconnect({ reason: "Goodbye" }))
  }

  joined(_: Session, channel: ChannelName, welcome: Welcome, ref: number | undefined): void {
    // Without one somebody else has brought it in.
    if (ref !== undefined) this.entering?.(channel, welcome)
  }

  tellUser(): void {
    // MQTT has no word for an invitation.
  }

  ping(): void {
    // A server does not ask: the client has said how long it may be silent.
  }

  outgoing(_: Session, batch: ReadonlyArray<Uint8Array>): ReadonlyArray<Uint8Array> {
    const { state } = this
    const leaving: Array<Uint8Array> = []
    for (const piece of batch) {
      if (!(piece instanceof Told)) leaving.push(piece)
      else if (state !== undefined) deliver(this, state, piece, leaving)
    }
    return leaving
  }

  takenOver(startsClean: boolean): void {
    this.isTaken = true
    this.state = undefined
    // What it left for later is not said where the client goes on.
    if (!startsClean && this.will !== undefined && this.will.delay > 0) this.will = undefined
    this.endWith(ReasonCode.takenOver, "another connection has this client identifier", "Goodbye")
  }

  ended(session: Session): void {
    const { caller, reason } = session
    const { common, isTaken, key, state, will } = this
    const id = MessageId.make(`${state?.tag ?? `${session.id.replaceAll(/[^!-~]/g, "")}.`}will`)
    if (state !== undefined && key !== undefined) common.clients.leave(key, this.since, this)
    this.state = undefined
    if (will === undefined || caller === undefined || key === undefined || silences.has(reason?.reason ?? "Draining"))
      return
    const said = sayWill(this, caller, will, id)
    const delay = isTaken ? 0 : Math.min(will.delay, state?.expiry ?? 0)
    common.afterwards(key, delay, said)
  }

  goodbye(_: Session, disconnect: Disconnect): Uint8Array {
    if (this.saidGoodbye) return silence
    const code = this.why?.code ?? ofDisconnect[disconnect.reason]
    const words = this.why?.message ?? disconnect.message
    if (this.isConnected) return disconnected(this.version, code, words)
    const atFirst = code === ReasonCode.serverShuttingDown ? ReasonCode.serverUnavailable : code
    return notConnected(this.version, atFirst, words)
  }

  /** Why somebody is not let in. */
  refusal(code: ReasonCode, message: string): Disconnect {
    return this.failure(
      code,
      message,
      code === ReasonCode.unsupportedVersion ? "UnsupportedVersion" : "NotAuthenticated",
    )
  }
}
