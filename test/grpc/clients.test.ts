/** What others' clients meet beside answers: deadlines, calls that are taken back, readers that do not read, keys that may little. */
import { create, toBinary } from "@bufbuild/protobuf"
import { type Client as ConnectClient, Code, ConnectError, createClient, type Transport } from "@connectrpc/connect"
import { createConnectTransport, createGrpcTransport, createGrpcWebTransport } from "@connectrpc/connect-node"
import { assert, layer } from "@effect/vitest"
import { status } from "@grpc/grpc-js"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Http2 from "node:http2"
import * as v8 from "node:v8"
import * as vm from "node:vm"
import type { ChannelName } from "../../src/domain/ChannelName.ts"
import { ErrorInfoSchema } from "../../src/grpc/generated/google/rpc/error_details_pb.ts"
import { Chat, DownloadFileRequestSchema } from "../../src/grpc/generated/natter/v1/chat_pb.ts"
import { enveloped } from "../../src/testing/Http2Frames.ts"
import { TestServer } from "../../src/testing/TestServer.ts"
import { eventually, nextTurn } from "../suites/transportWorld.ts"
import { type Called, chat, type Client, signedIn } from "./grpcJs.ts"

/** Nobody is connected to a session, and no stream holds anything. */
const nothingHeld = Effect.gen(function* () {
  const { hub, limits, sessions } = yield* TestServer
  let held = ""
  const look = Effect.map(hub.stats, ({ memberships, users }) => {
    const counts = { users, memberships, sessions: sessions.count(), connections: limits.open() }
    held = JSON.stringify(counts)
    return Object.values(counts).every((count) => count === 0)
  })
  yield* Effect.catch(eventually("nothing is held", look), () => Effect.sync(() => assert.fail(`held are ${held}`)))
})

const collect = (() => {
  v8.setFlagsFromString("--expose-gc")
  return vm.runInNewContext("gc") as () => void
})()

/** Somebody with a channel of their own. */
const owner = Effect.fnUntraced(function* (name: string) {
  const client = yield* chat
  const token = yield* signedIn(client, name)
  yield* client.ask("CreateChannel", { channel: `of-${name}` }, token)
  return { client, token, channel: `of-${name}` }
})

const upload = (client: Client, token: string, channel: string, bytes: Buffer) =>
  Effect.callback<Called>((resume) => {
    const call = client.writing("UploadFile", token, (called) => resume(Effect.succeed(called)))
    call.write({ start: { channel, name: "a.bin", size: bytes.length } })
    for (let at = 0; at < bytes.length; at += 50_000) call.write({ data: bytes.subarray(at, at + 50_000) })
    call.end()
  })

/** Long enough for a busy machine to have begun by then. */
const soon = () => ({ deadline: Date.now() + 800 })

/** The first two messages of a channel, and how it ends when that is given up. */
const watched = async (
  client: ConnectClient<typeof Chat>,
  channel: string,
  headers: Readonly<Record<string, string>>,
): Promise<ReadonlyArray<string>> => {
  const heard: Array<string> = []
  const giveUp = new AbortController()
  try {
    for await (const { entry } of client.watch({ channel, after: 0n }, { headers, signal: giveUp.signal })) {
      if (entry.case === "message") heard.push(entry.value.content)
      if (heard.length === 2) giveUp.abort()
    }
    return heard
  } catch (error) {
    return [...heard, Code[ConnectError.from(error).code].toLowerCase()]
  }
}

const transports: Readonly<Record<string, (baseUrl: string) => Transport>> = {
  "Connect over HTTP/1.1": (baseUrl) => createConnectTransport({ baseUrl, httpVersion: "1.1" }),
  "Connect over HTTP/2, in Protocol Buffers": (baseUrl) =>
    createConnectTransport({ baseUrl, httpVersion: "2", useBinaryFormat: true }),
  "gRPC-Web over HTTP/1.1": (baseUrl) => createGrpcWebTransport({ baseUrl, httpVersion: "1.1" }),
  "gRPC-Web over HTTP/2": (baseUrl) => createGrpcWebTransport({ baseUrl, httpVersion: "2" }),
  gRPC: (baseUrl) => createGrpcTransport({ baseUrl }),
}

layer(TestServer.layerTcp({ hub: { publishing: undefined } }), { excludeTestServices: true })(
  "others' clients",
  (it) => {
    it.effect("a deadline ends a session and a stream, and frees what they hold", () =>
      Effect.gen(function* () {
        const { channel, client, token } = yield* owner("ann")
        const session = client.both("Session", token, soon())
        session.say({ ref: 1, join: { channel } })
        yield* session.until("joined")
        const watching = client.reading("Watch", { channel, after: 0 }, token, soon())
        assert.strictEqual((yield* session.ended).code, status.DEADLINE_EXCEEDED)
        assert.strictEqual((yield* watching.ended).code, status.DEADLINE_EXCEEDED)
        yield* nothingHeld
      }).pipe(Effect.scoped),
    )

    it.effect("a call that is taken back leaves nothing", () =>
      Effect.gen(function* () {
        const { channel, client, token } = yield* owner("bob")
        const session = client.both("Session", token)
        session.say({ ref: 1, join: { channel } })
        yield* session.until("joined")
        const watching = client.reading("Watch", { channel, after: 0 }, token)
        yield* client.ask("Publish", { channel, id: "1", content: "x" }, token)
        yield* watching.until("message")
        session.stream.cancel()
        watching.stream.cancel()
        assert.strictEqual((yield* session.ended).code, status.CANCELLED)
        assert.strictEqual((yield* watching.ended).code, status.CANCELLED)
        yield* nothingHeld
      }).pipe(Effect.scoped),
    )

    it.effect("who does not read is held by flow control, and others are not", () =>
      Effect.gen(function* () {
        const { channel, client, token } = yield* owner("carl")
        const bytes = Buffer.alloc(4 * 1024 * 1024, "natter")
        const { answer, error } = yield* upload(client, token, channel, bytes)
        assert.isUndefined(error)
        const file = answer!["file"]
        yield* client.ask("Publish", { channel, id: "1", content: "", file }, token)
        const { address } = yield* TestServer
        collect()
        const before = process.memoryUsage().arrayBuffers
        // With the windows that the standard has: 64 KiB, of each stream and of all.
        const session = Http2.connect(`http://127.0.0.1:${address!.port}`)
        const request = toBinary(
          DownloadFileRequestSchema,
          create(DownloadFileRequestSchema, { channel, file: String(file) }),
        )
        const streams = Array.from({ length: 20 }, () => {
          const stream = session.request({
            ":method": "POST",
            ":path": "/natter.v1.Chat/DownloadFile",
            "content-type": "application/grpc",
            authorization: `Bearer ${token}`,
          })
          stream.end(enveloped(request))
          return stream.on("error", () => {})
        })
        yield* Effect.forEach(streams, (stream) =>
          Effect.callback<void>((resume) => void stream.once("response", () => resume(Effect.void))),
        )
        // Time for whatever would be written ahead.
        for (let turn = 0; turn < 200; turn++) yield* nextTurn
        collect()
        const held = process.memoryUsage().arrayBuffers - before
        assert.isBelow(held, 20 * 1024 * 1024, "a quarter of what there is to be read, at the most")
        // That connection is full; another is not.
        yield* client.ask("Publish", { channel, id: "2", content: "still here" }, token)
        session.destroy()
        yield* nothingHeld
      }).pipe(Effect.scoped),
    )

    it.effect("a key may what its scope says, in calls and in sessions", () =>
      Effect.gen(function* () {
        const { accounts } = yield* TestServer
        const { channel, client, token } = yield* owner("dora")
        yield* client.ask("CreateChannel", { channel: "another" }, token)
        const scope = { operations: ["publish", "join"], channels: [channel as ChannelName] } as const
        const key = Redacted.value((yield* accounts.createToken("dora", { label: "a robot", scope })).token)
        yield* client.ask("Publish", { channel, id: "1", content: "x" }, key)
        const code = (called: Called) => called.error?.code
        const elsewhere = { channel: "another", id: "2", content: "x" }
        assert.strictEqual(code(yield* client.unary("Publish", elsewhere, key)), status.PERMISSION_DENIED)
        assert.strictEqual(
          code(yield* client.unary("SetTopic", { channel, topic: "x" }, key)),
          status.PERMISSION_DENIED,
        )
        const session = client.both("Session", key)
        yield* session.until("logged_in")
        session.say({ ref: 1, join: { channel } })
        yield* session.until("joined")
        session.say({ ref: 2, set_topic: { channel, topic: "x" } })
        assert.deepInclude(yield* session.until("error"), { name: "OutOfScope" })
        session.end()
        yield* session.ended
        yield* nothingHeld
      }).pipe(Effect.scoped),
    )

    for (const [name, transport] of Object.entries(transports)) {
      it.effect(`${name}: answers, streams, and says why not`, () =>
        Effect.gen(function* () {
          const { address } = yield* TestServer
          const client = createClient(Chat, transport(`http://127.0.0.1:${address!.port}`))
          const channel = name.replace(/\W/g, "").toLowerCase()
          const { token } = yield* Effect.promise(() =>
            client.login({ username: channel, password: "a long password" }),
          )
          const headers = { authorization: `Bearer ${token!}` }
          yield* Effect.promise(() => client.createChannel({ channel }, { headers }))
          for (const id of ["1", "2"]) {
            yield* Effect.promise(() => client.publish({ channel, id, content: `${id}.` }, { headers }))
          }
          assert.deepStrictEqual(yield* Effect.promise(() => watched(client, channel, headers)), [
            "1.",
            "2.",
            "canceled",
          ])
          const refused = yield* Effect.flip(
            Effect.tryPromise({
              try: () => client.describe({ channel: "nowhere" }, { headers }),
              catch: (error) => ConnectError.from(error),
            }),
          )
          assert.strictEqual(refused.code, Code.NotFound)
          assert.strictEqual(refused.findDetails(ErrorInfoSchema)[0]?.reason, "NoSuchChannel")
          yield* nothingHeld
        }),
      )
    }
  },
)
