import { assert, describe, it, layer } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as References from "effect/References"
import * as Scope from "effect/Scope"
import * as fs from "node:fs"
import * as Http from "node:http"
import * as Net from "node:net"
import * as os from "node:os"
import * as path from "node:path"
import type { Worker } from "node:worker_threads"
import { Chat } from "../../../src/chat/Chat.ts"
import { AddressRange } from "../../../src/domain/AddressRange.ts"
import { Disconnect } from "../../../src/domain/Disconnect.ts"
import { SessionId } from "../../../src/domain/SessionId.ts"
import { Hub } from "../../../src/embedding/Hub.ts"
import { ChatServer } from "../../../src/server/ChatServer.ts"
import { defaults, type ServerSettings } from "../../../src/server/ServerSettings.ts"
import * as Link from "../../../src/testing/Link.ts"
import * as TestClient from "../../../src/testing/TestClient.ts"
import * as Grpc from "../../grpc/grpcJs.ts"
import { emptyDatabase } from "../../postgres/database.ts"
import { ask, lines, ping, post, stream, version2 } from "../../suites/eventStream.ts"

const quietly = Effect.provideService(References.MinimumLogLevel, "None")

/** More than that two threads get none of them only once in a long time: the kernel deals connections out by chance. */
const crowd = 24

const folder = Effect.map(
  Effect.acquireRelease(
    Effect.sync(() => fs.mkdtempSync(path.join(os.tmpdir(), "natter-"))),
    (data) => Effect.sync(() => fs.rmSync(data, { recursive: true })),
  ),
  (data): ServerSettings => ({
    ...defaults,
    gateways: 2,
    data,
    tcp: { ...defaults.tcp, port: 0 },
    accounts: { ...defaults.accounts, mode: "guest" },
    page: { ...defaults.page, enabled: false },
    session: { ...defaults.session, frames: undefined },
    hub: { ...defaults.hub, publishing: undefined, operations: undefined },
  }),
)

/** A service with two threads for connections, in a scope of its own. */
const start = Effect.fnUntraced(function* (settings: ServerSettings) {
  const scope = yield* Effect.acquireRelease(Scope.make(), (scope) => Scope.close(scope, Exit.void))
  const workers: Array<Worker> = []
  const note = (worker: Worker) => void workers.push(worker)
  process.on("worker", note)
  const context = yield* Layer.buildWithScope(Layer.fresh(ChatServer.layer(settings)), scope)
  process.off("worker", note)
  const { address } = Context.get(context, ChatServer)
  const chat = Context.get(context, Chat)
  const connect = Effect.fnUntraced(function* (name: string, link: Effect.Effect<Link.Link, unknown, Scope.Scope>) {
    const client = yield* TestClient.v2(yield* link)
    yield* client.ask({ type: "Login", username: name, password: "" }, "LoggedIn")
    return client
  })
  /** Those who are signed in, by the thread that has them. */
  const threads = Effect.map(chat.around.threads!.standings({ limit: 1000, behind: false }), ({ sessions }) =>
    Map.groupBy(sessions, ({ id }) => id.slice(id.lastIndexOf("-") + 1)),
  )
  return {
    address,
    chat,
    hub: Context.get(context, Hub),
    connect: (name: string) => connect(name, Link.tcp(address)),
    overWebSocket: (name: string) => connect(name, Link.websocket()(address)),
    threads,
    workers,
    stop: Scope.close(scope, Exit.void),
  }
})

type Service = Effect.Success<ReturnType<typeof start>>

/** One for all tests that leave it as it was: starting one takes longer than any of them. */
class Shared extends Context.Service<Shared, Service>()("test/server/gateways/Shared") {}

const shared = Layer.effect(Shared, Effect.flatMap(folder, start)).pipe(
  Layer.provide(Layer.succeed(References.MinimumLogLevel, "None")),
  Layer.orDie,
)

/** As soon as those of the test before have left it. */
const empty = Effect.gen(function* () {
  const service = yield* Shared
  while ((yield* service.chat.around.threads!.stats).sessions > 0) yield* Effect.sleep("5 millis")
  return service
})

const joinAll = Effect.fnUntraced(function* ({ connect, threads }: Service) {
  const clients = yield* Effect.forEach(
    Array.from({ length: crowd }, (_, n) => n),
    (n) => connect(`guest${n}`),
  )
  for (const client of clients) yield* client.ask({ type: "Join", channel: "den" }, "Joined")
  assert.sameMembers([...(yield* threads).keys()], ["g1", "g2"])
  return clients
})

const get = (address: { readonly port: number }, path: string, headers: Record<string, string> = {}) =>
  Effect.callback<{ readonly status: number | undefined; readonly body: string }>((resume) => {
    Http.get({ port: address.port, path, headers, agent: false }, (response) => {
      let body = ""
      response.on("data", (chunk) => (body += String(chunk)))
      response.on("end", () => resume(Effect.succeed({ status: response.statusCode, body })))
    })
  })

/** What comes back for these pieces, up to the end of the connection; `ends` says that no more will come. */
const answer = (port: number, pieces: ReadonlyArray<string>, ends = false) =>
  Effect.callback<string>((resume) => {
    let heard = ""
    const socket = Net.connect({ port, host: "127.0.0.1", noDelay: true, allowHalfOpen: true })
    socket.on("data", (chunk) => {
      heard += chunk.toString("latin1")
      // Whoever refuses waits for the other side to close.
      if (heard.includes("\r\n\r\n")) socket.end()
    })
    socket.on("error", () => {})
    socket.on("close", () => resume(Effect.succeed(heard)))
    socket.on("end", () => socket.destroy())
    const send = (at: number): void => {
      if (at === pieces.length) return void (ends && socket.end())
      socket.write(pieces[at]!, () => setImmediate(() => send(at + 1)))
    }
    socket.on("connect", () => send(0))
  })

/** Without messages, which every member gets. */
const contents = (client: TestClient.TestClient2, count: number) =>
  Effect.forEach(Array.from({ length: count }), () =>
    Effect.map(client.until("Message"), (frame) => `${frame.seq} ${frame.content}`),
  )

const kept: ReadonlyArray<readonly [string, Effect.Effect<Partial<ServerSettings>>]> = [
  ["in SQLite", Effect.succeed({})],
  ["in memory", Effect.succeed({ storage: { ...defaults.storage, kind: "memory" } })],
  [
    "in Postgres",
    Effect.map(emptyDatabase, (url) => ({
      storage: {
        ...defaults.storage,
        kind: "postgres",
        postgres: { ...defaults.storage.postgres, url, maxConnections: 5 },
      },
    })),
  ],
]

describe("a service with two threads for connections", () => {
  it.live.each(kept)(
    "is one service to those on different threads: all get the same in the same order, %s",
    ([, storage]) =>
      Effect.gen(function* () {
        const service = yield* start({ ...(yield* folder), ...(yield* storage) })
        const clients = yield* joinAll(service)
        // A session of gRPC is the main thread's, to which its connection is passed on.
        const grpc = yield* Grpc.chatAt(`127.0.0.1:${service.address.port}`)
        const session = grpc.both("Session", yield* Grpc.signedIn(grpc, "guest of gRPC"))
        session.say({ ref: 1, join: { channel: "den" } })
        yield* session.until("joined")
        yield* Effect.forEach(
          clients,
          (client, n) => client.send({ type: "Publish", channel: "den", id: `${n}`, content: `from ${n}` }),
          { concurrency: "unbounded" },
        )
        const heard = yield* Effect.forEach(clients, (client) => contents(client, crowd), { concurrency: "unbounded" })
        for (const one of heard) assert.deepStrictEqual(one, heard[0])
        const told = Effect.map(session.until("message"), ({ content, seq }) => `${String(seq)} ${String(content)}`)
        assert.deepStrictEqual(yield* Effect.replicateEffect(told, crowd), heard[0])
        session.end()
        // What one thread was sent another reads.
        const [sender, ...others] = clients
        const { file } = yield* sender!.ask({ type: "StartUpload", channel: "den", name: "tea", size: 3 }, "Upload")
        yield* sender!.send({ type: "UploadChunk", file, offset: 0, data: Buffer.from("tea") })
        yield* sender!.until("Uploaded")
        yield* sender!.ask({ type: "Publish", channel: "den", id: "file", content: "", file }, "Published")
        for (const client of others) {
          const { entries } = yield* client.ask({ type: "History", channel: "den", limit: 1 }, "HistoryPage")
          assert.strictEqual(entries[0]?.seq, crowd + 1)
          yield* client.ask({ type: "Download", channel: "den", file }, "Opened")
          assert.strictEqual(Buffer.from((yield* client.until("FileChunk")).data).toString(), "tea")
        }
        assert.sameMembers(
          heard[0]!.map((line) => line.slice(line.indexOf(" ") + 1)),
          clients.map((_, n) => `from ${n}`),
        )
      }).pipe(Effect.scoped, quietly),
    30_000,
  )

  it.live(
    "ends the sessions of all threads, each told when to come back",
    () =>
      Effect.gen(function* () {
        const service = yield* start(yield* folder)
        const clients = yield* joinAll(service)
        const stopping = yield* Effect.forkChild(service.stop)
        for (const client of clients) {
          const { reason, reconnect_within } = yield* client.until("Disconnect")
          assert.strictEqual(reason, "Draining")
          assert.isAbove(reconnect_within ?? 0, 0)
          yield* client.link.abort
        }
        yield* Fiber.join(stopping)
      }).pipe(Effect.scoped, quietly),
    30_000,
  )

  it.live(
    "goes on without a thread that ends by itself, and starts it again",
    () =>
      Effect.gen(function* () {
        const service = yield* start(yield* folder)
        const clients = yield* joinAll(service)
        const before = yield* service.threads
        const lost = service.workers.find(({ threadName }) => threadName === "g1")!
        yield* Effect.promise(() => lost.terminate())
        const stayed = before.get("g2")!.map(({ user }) => clients[Number(user.name.slice("guest".length))]!)
        yield* stayed[0]!.ask({ type: "Publish", channel: "den", id: "1", content: "still here" }, "Published")
        for (const client of stayed) assert.strictEqual((yield* client.until("Message")).content, "still here")
        const isBack = Effect.gen(function* () {
          const client = yield* service.connect("newcomer")
          yield* client.link.abort
          return (yield* get(service.address, "/metrics")).status === 200 && service.workers.length > 0
        })
        assert.isTrue(yield* isBack)
        for (let tries = 0; ; tries++) {
          const more = yield* Effect.forEach([0, 1, 2, 3], (n) => service.connect(`again${tries}-${n}`))
          for (const client of more) yield* client.ask({ type: "Join", channel: "den" }, "Joined")
          if ((yield* service.threads).has("g3")) break
          yield* Effect.sleep("100 millis")
          assert.isBelow(tries, 60)
        }
      }).pipe(Effect.scoped, quietly),
    30_000,
  )

  layer(shared, { excludeTestServices: true })((it) => {
    it.effect(
      "brings two who are on different threads into one conversation",
      () =>
        Effect.gen(function* () {
          const service = yield* empty
          const clients = yield* joinAll(service)
          const threads = yield* service.threads
          const [one, other] = ["g1", "g2"].map((thread) => {
            const name = threads.get(thread)![0]!.user.name
            return { name, client: clients[Number(name.slice("guest".length))]! }
          })
          yield* one!.client.ask({ type: "Join", channel: `@${other!.name}` }, "Joined")
          yield* one!.client.ask({ type: "Publish", channel: `@${other!.name}`, id: "1", content: "psst" }, "Published")
          const heard = yield* other!.client.until("Message")
          assert.deepStrictEqual([heard.channel, heard.content], [`@${one!.name}`, "psst"])
        }).pipe(Effect.scoped, quietly),
      30_000,
    )

    it.effect(
      "answers requests from the main thread, and has the sessions of WebSockets in the others",
      () =>
        Effect.gen(function* () {
          const service = yield* empty
          const clients = yield* Effect.forEach(
            Array.from({ length: 8 }, (_, n) => `guest${n}`),
            service.overWebSocket,
          )
          for (const client of clients) yield* client.ask({ type: "Join", channel: "den" }, "Joined")
          yield* clients[0]!.ask({ type: "Publish", channel: "den", id: "1", content: "hello" }, "Published")
          for (const client of clients) assert.strictEqual((yield* client.until("Message")).content, "hello")
          assert.notInclude([...(yield* service.threads).keys()], "main")
          const ready = yield* get(service.address, "/readyz")
          assert.strictEqual(ready.status, 200)
          const metrics = yield* get(service.address, "/metrics")
          assert.include(metrics.body, 'natter_connections{transport="ws"} 8')
          assert.include(metrics.body, "natter_sessions 8")
          assert.include(metrics.body, "natter_deliveries_total")
          // Half a head, and what is no HTTP at all.
          const garbled = yield* get(service.address, "/readyz", { "X-Long": "x".repeat(20_000) })
          assert.strictEqual(garbled.status, 431)
        }).pipe(Effect.scoped, quietly),
      30_000,
    )

    it.effect(
      "takes what is posted for a stream of events, over whichever thread's connection it comes",
      () =>
        Effect.gen(function* () {
          const { address } = yield* empty
          const events = yield* stream({ address }, version2)
          // Each over a connection of its own.
          for (let n = 0; n < 20; n++) {
            assert.strictEqual((yield* post({ address }, events, lines(ping(n)), `?seq=${n}`)).status, 204)
          }
          yield* events.has(20)
          assert.deepStrictEqual(
            events.frames.map(({ sequence }) => sequence),
            Array.from({ length: 20 }, (_, n) => n),
          )
          assert.strictEqual((yield* ask({ address }, "DELETE", `/sse/${events.key}`)).status, 204)
          yield* events.ended
        }).pipe(Effect.scoped, quietly),
      30_000,
    )

    it.effect(
      "passes requests on however they come, and what is none",
      () =>
        Effect.gen(function* () {
          const service = yield* empty
          const { port } = service.address
          const request = "GET /readyz HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n"
          assert.match(yield* answer(port, [request]), /^HTTP\/1.1 200 /)
          assert.match(yield* answer(port, [...request]), /^HTTP\/1.1 200 /)
          assert.match(yield* answer(port, [request.slice(0, -2), "\r", "\n"]), /^HTTP\/1.1 200 /)
          assert.match(yield* answer(port, ["GET nonsense\r\n\r\n"]), /^HTTP\/1.1 400 /)
          assert.match(yield* answer(port, [`GET / HTTP/1.1\r\nX: ${"y".repeat(40_000)}\r\n\r\n`]), /^HTTP\/1.1 431 /)
          // Half of one, and nothing behind it.
          assert.notMatch(yield* answer(port, [request.slice(0, 20)], true), /^HTTP\/1.1 200 /)
          const upgrade = `GET /ws HTTP/1.1\r\nHost: here\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n`
          // It does not say in which version, which is found out where WebSockets are.
          assert.match(yield* answer(port, [...upgrade]), /^HTTP\/1.1 426 /)
          assert.match(yield* answer(port, [request]), /^HTTP\/1.1 200 /)
        }).pipe(Effect.scoped, quietly),
      30_000,
    )

    it.effect(
      "does not share its port with another service",
      () =>
        Effect.gen(function* () {
          const service = yield* empty
          const other = yield* folder
          const { port } = service.address
          const failed = yield* Effect.flip(start({ ...other, tcp: { ...other.tcp, port } }))
          assert.include(String(failed), `${port} is in use already`)
        }).pipe(Effect.scoped, quietly),
      30_000,
    )

    it.effect(
      "lists and ends sessions wherever they are",
      () =>
        Effect.gen(function* () {
          const service = yield* empty
          const clients = yield* joinAll(service)
          const threads = service.chat.around.threads!
          const ids: Array<string> = []
          for (let after: number | undefined, pages = 0; ; pages++) {
            const page = yield* threads.standings({ after, limit: 5, behind: false })
            assert.isAtMost(page.sessions.length, 5)
            assert.isBelow(pages, crowd)
            ids.push(...page.sessions.map(({ id }) => id))
            after = page.next
            if (after === undefined) break
          }
          assert.strictEqual(new Set(ids).size, crowd)
          assert.strictEqual(ids.length, crowd)
          assert.strictEqual((yield* threads.stats).sessions, crowd)
          assert.strictEqual((yield* service.hub.stats).sessions, crowd)
          const dismissed = new Disconnect({ reason: "Dismissed" })
          assert.strictEqual(
            yield* service.chat.directory.disconnect({ session: SessionId.make(ids[7]!) }, dismissed),
            1,
          )
          assert.isAtLeast(yield* threads.endFrom(AddressRange.make("127.0.0.1")), crowd - 1)
          for (const client of clients) yield* client.until("Disconnect")
        }).pipe(Effect.scoped, quietly),
      30_000,
    )
  })
})
