/** A link through the simulated network: what TCP does to a conversation, and what happens to TCP. */
import * as Effect from "effect/Effect"
import { Deframer, lengthPrefixed } from "../../protocol/Framing.ts"
import { type Connection, type ConnectionEnded, reading } from "../../session/Connection.ts"
import type { Cable } from "./Cable.ts"
import { Way } from "./Way.ts"

export type Direction = "toServer" | "toClient"

/** The client's end. */
export interface ClientEnd {
  readonly pull: Effect.Effect<Uint8Array, ConnectionEnded>
  readonly send: (bytes: Uint8Array) => Effect.Effect<void, ConnectionEnded>
  /** Ends the client's side; what the server says can still be read. */
  readonly end: Effect.Effect<void>
  readonly abort: Effect.Effect<void>
}

export class Line {
  readonly name: string
  readonly server: Connection
  readonly client: ClientEnd
  private readonly toServer: Way
  private readonly toClient: Way
  private readonly onServerDone: () => void
  private serverDone = false
  private clientDone = false

  constructor(
    cable: Cable,
    options: {
      readonly name: string
      readonly address: string
      readonly tap: (direction: Direction, bytes: Uint8Array) => void
      /** The server has let go of its end. */
      readonly onServerDone: () => void
      readonly onClientDone: () => void
    },
  ) {
    this.name = options.name
    this.onServerDone = options.onServerDone
    const toServer = new Way(
      cable,
      () => true,
      (bytes) => options.tap("toServer", bytes),
    )
    const toClient = new Way(
      cable,
      () => !cable.isStalled,
      (bytes) => options.tap("toClient", bytes),
    )
    this.toServer = toServer
    this.toClient = toClient
    const forget = cable.whenReading(() => toClient.serve())
    // Bytes for an end that is no more are answered by a reset.
    toServer.onStray = () => this.resetClient()
    toClient.onStray = () => this.resetServer()

    this.server = {
      transport: "memory",
      framing: lengthPrefixed,
      makeReader: (maxBytes) => new Deframer(maxBytes),
      remoteAddress: options.address,
      read: reading(toServer.read),
      send: (batch) => toClient.write(batch),
      drained: toClient.drained,
      backlog: () => toClient.backlog,
      close: () =>
        Effect.suspend(() => {
          toClient.finish()
          return Effect.all([Effect.ignore(toClient.drained), Effect.ignore(Effect.forever(toServer.read))], {
            concurrency: 2,
            discard: true,
          })
        }),
      abort: Effect.sync(() => this.abortServer()),
    }
    const end = Effect.sync(() => toServer.finish())
    this.client = {
      // As most sockets do, it ends its side when the other has ended.
      pull: Effect.tapError(toClient.read, ({ clean }) => (clean ? end : Effect.void)),
      send: (bytes) => Effect.suspend(() => (toServer.write([bytes]) ? Effect.void : toServer.drained)),
      end,
      abort: Effect.sync(() => {
        forget()
        options.onClientDone()
        this.abortClient()
      }),
    }
  }

  /** Both ends hear that it is broken, each when it can. */
  reset(): void {
    this.toServer.bring(() => this.resetServer())
    this.toClient.bring(() => this.resetClient())
  }

  /** Only this end hears that it is broken; the other hears nothing ever again. */
  halfOpen(heard: "server" | "client"): void {
    this.sever()
    if (heard === "server") this.resetServer()
    else this.resetClient()
  }

  /** Nothing arrives any more, and neither end is told: a cable pulled out for good. */
  sever(): void {
    this.toServer.sever()
    this.toClient.sever()
  }

  /** One direction ends properly, as if its writer had ended it; the other goes on. */
  halfClose(direction: Direction): void {
    if (direction === "toServer") this.toServer.finish()
    else this.toClient.finish()
  }

  /** The server's process was killed. Where its machine lives on, that resets the line. */
  serverKilled(machineLives: boolean): void {
    this.toServer.forgetReader()
    this.toClient.forgetWriter()
    this.done()
    if (machineLives) this.toClient.bring(() => this.resetClient())
  }

  clientKilled(machineLives: boolean): void {
    this.clientDone = true
    this.toClient.forgetReader()
    this.toServer.forgetWriter()
    if (machineLives) this.toServer.bring(() => this.resetServer())
  }

  private resetServer(): void {
    this.toServer.breakReader()
    this.toClient.breakWriter()
  }

  private resetClient(): void {
    this.toClient.breakReader()
    this.toServer.breakWriter()
  }

  /** Where both sides have ended properly there is nothing to break. */
  private abortServer(): void {
    if (this.serverDone) return
    this.done()
    const proper = this.toServer.over && this.toClient.isEnded && this.toClient.backlog === 0
    this.resetServer()
    if (!proper) this.toClient.bring(() => this.resetClient())
  }

  private abortClient(): void {
    if (this.clientDone) return
    this.clientDone = true
    const proper = this.toClient.over && this.toServer.isEnded && this.toServer.backlog === 0
    this.resetClient()
    if (!proper) this.toServer.bring(() => this.resetServer())
  }

  private done(): void {
    if (this.serverDone) return
    this.serverDone = true
    this.onServerDone()
  }
}
