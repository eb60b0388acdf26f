/** A service that clients of MQTT come to, and the clients: `mqtt` of others, and version 2 of our own. */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import mqtt, { type IClientOptions, type IPublishPacket, type MqttClient } from "mqtt"
import * as TestServer from "../../src/testing/TestServer.ts"

/** Nothing is limited, so that a test that says much is not made to wait. */
const unlimited = { hub: { publishing: undefined }, session: { frames: undefined } } as const

/** A service over TCP. */
export const layer = (settings: TestServer.Settings = {}) =>
  Layer.orDie(TestServer.TestServer.layerTcp({ ...unlimited, ...settings }))

interface Heard {
  readonly topic: string
  readonly text: string
  readonly packet: IPublishPacket
}

/** A client of others, and what it has heard; it never comes back by itself. */
export interface Client {
  readonly mqtt: MqttClient
  readonly heard: Array<Heard>
  /** Whether the service knew it from before. */
  readonly sessionPresent: boolean
  /** The next message that it has not been asked for yet. */
  readonly next: Effect.Effect<Heard>
  readonly subscribe: (
    topic: string,
    options?: Parameters<MqttClient["subscribeAsync"]>[1],
  ) => Effect.Effect<ReadonlyArray<{ readonly topic: string; readonly qos: number }>, Refused>
  readonly publish: (
    topic: string,
    text: string,
    options?: Parameters<MqttClient["publishAsync"]>[2],
  ) => Effect.Effect<void, Refused>
  readonly end: (force?: boolean) => Effect.Effect<void>
}

/** What a client was refused, or that it was cut off. */
class Refused extends Data.TaggedError("Refused")<{ readonly message: string }> {}

const wrapped = <A>(run: () => Promise<A>): Effect.Effect<A, Refused> =>
  Effect.tryPromise({ try: run, catch: (error) => new Refused({ message: String(error) }) })

/** What is undefined is not said, where it would be otherwise. */
type Options = Omit<IClientOptions, "username" | "password"> & {
  readonly username?: string | undefined
  readonly password?: string | undefined
}

export const connect = (options: Options): Effect.Effect<Client, Refused, Scope.Scope | TestServer.TestServer> =>
  Effect.gen(function* () {
    const { address } = yield* TestServer.TestServer
    return yield* connectTo(address!.port, options)
  })

export const connectTo = (port: number, options: Options): Effect.Effect<Client, Refused, Scope.Scope> =>
  Effect.gen(function* () {
    const all = {
      host: "127.0.0.1",
      port,
      protocol: "mqtt",
      username: "ann",
      password: "secret",
      protocolVersion: 5,
      reconnectPeriod: 0,
      connectTimeout: 5000,
      keepalive: 0,
      ...options,
    } as IClientOptions
    const heard: Array<Heard> = []
    const waiting: Array<(heard: Heard) => void> = []
    let taken = 0
    let sessionPresent = false
    const client = yield* Effect.acquireRelease(
      Effect.callback<MqttClient, Refused>((resume) => {
        const client = mqtt.connect(all)
        client.on("message", (topic, payload, packet) => {
          const one = { topic, text: payload.toString(), packet }
          heard.push(one)
          const waiter = waiting.shift()
          if (waiter !== undefined) {
            taken++
            waiter(one)
          }
        })
        client.once("connect", (connack) => {
          sessionPresent = connack.sessionPresent
          resume(Effect.succeed(client))
        })
        client.on("error", (error) => resume(Effect.fail(new Refused({ message: String(error) }))))
        client.once("close", () => resume(Effect.fail(new Refused({ message: "closed" }))))
      }),
      (client) => Effect.promise(() => client.endAsync(true)),
    )
    return {
      mqtt: client,
      heard,
      sessionPresent,
      next: Effect.callback<Heard>((resume) => {
        if (taken < heard.length) return resume(Effect.succeed(heard[taken++]!))
        const waiter = (one: Heard) => resume(Effect.succeed(one))
        waiting.push(waiter)
        return Effect.sync(() => void waiting.splice(waiting.indexOf(waiter) >>> 0, 1))
      }),
      subscribe: (topic, options = { qos: 1 }) => wrapped(() => client.subscribeAsync(topic, options)),
      publish: (topic, text, options = { qos: 1 }) =>
        Effect.asVoid(wrapped(() => client.publishAsync(topic, text, options))),
      end: (force = false) => Effect.promise(() => client.endAsync(force)),
    }
  })

/** A client of our own, in version 2, that is in a channel. */
export const member = Effect.fnUntraced(function* (username: string, channel: string) {
  const server = yield* TestServer.TestServer
  const client = yield* server.client2()
  yield* client.ask({ type: "Login", username, password: "secret" }, "LoggedIn")
  yield* client.ask({ type: "Join", channel }, "Joined")
  return client
})
