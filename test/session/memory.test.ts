import { assert, describe } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import { frame } from "../../src/protocol/Framing.ts"
import type { TestClient1 } from "../../src/testing/TestClient.ts"
import * as Link from "../../src/testing/Link.ts"
import type { TestServer } from "../../src/testing/TestServer.ts"
import { secureWebSocket } from "../suites/secureWorlds.ts"
import { calm, eventually, live, member1, member2, nextTurn, sse, tcp, websocket } from "../suites/transportWorld.ts"
import * as frames from "../transport/websocket/frames.ts"

const times = (n: number) => Array.from({ length: n }, (_, at) => at)
const json = (value: unknown) => frame(Buffer.from(JSON.stringify(value)))

setFlagsFromString("--expose-gc")
const collectGarbage: () => void = runInNewContext("gc")

/** Megabytes that are in use, in the heap and in buffers. */
const inUse = Effect.gen(function* () {
  for (const _ of times(5)) {
    yield* nextTurn
    collectGarbage()
  }
  const { external, heapUsed } = process.memoryUsage()
  return (heapUsed + external) / 1e6
})

/** How many megabytes more are in use behind it. */
const growth = <E, R>(body: Effect.Effect<void, E, R>) =>
  Effect.gen(function* () {
    const before = yield* inUse
    yield* body
    return (yield* inUse) - before
  })

/** A neighbour's message comes back, and it does not take long. */
const flows = Effect.fnUntraced(function* (neighbour: TestClient1, content: string) {
  const echo = Effect.gen(function* () {
    yield* neighbour.send({ type: "ChatMessage", from: "", content, timestamp: 0 })
    while ((yield* neighbour.until("ChatMessage")).content !== content);
  })
  const [time] = yield* Effect.timed(echo)
  assert.isBelow(Duration.toMillis(time), 1000)
})

const unlimited = {
  hub: { ...calm.hub, publishing: undefined },
  // Only its outbox can end a session that reads nothing.
  session: { frames: undefined, goodbyeTimeout: Duration.millis(300), writeTimeout: Duration.minutes(1) },
}

const upgrade = Buffer.from(
  [
    "GET /ws HTTP/1.1",
    "Host: localhost",
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "\r\n",
  ].join("\r\n"),
)

describe("what a hostile peer costs", () => {
  live("a frame that is announced and does not come costs no more than what came", tcp.layer(), (server) =>
    Effect.gen(function* () {
      const neighbour = yield* member1(server, "ann")
      const peers = yield* Effect.forEach(times(400), () => server.connect())
      // With its first byte a connection shows what it speaks, and becomes a session.
      yield* Effect.forEach(peers, (link) => link.send(Uint8Array.of(0)), { discard: true })
      yield* eventually(
        "they are there",
        Effect.sync(() => server.sessions.count() === 401),
      )
      const cost = yield* growth(
        Effect.forEach(peers, (link) => link.send(Uint8Array.of(1, 0, 0, 0x7b)), { discard: true }),
      )
      // All that was announced would be 26 MB.
      assert.isBelow(cost, 6)
      yield* flows(neighbour, "announced")
    }),
  )

  live("a frame that never ends costs twice its size at most", tcp.layer(), (server) =>
    Effect.gen(function* () {
      const neighbour = yield* member1(server, "ann")
      const peers = yield* Effect.forEach(times(100), () => server.connect())
      const part = Buffer.concat([Uint8Array.of(0, 1, 0, 0), Buffer.alloc(1000)])
      const cost = yield* growth(
        Effect.gen(function* () {
          for (const link of peers) yield* link.send(part)
          for (const _ of times(60)) for (const link of peers) yield* link.send(part.subarray(4))
          yield* flows(neighbour, "unfinished")
        }),
      )
      assert.isBelow(cost, 100 * 0.14 + 6)
    }),
  )

  for (const { layer, name } of [tcp, websocket, secureWebSocket, sse]) {
    live(
      `who never reads over ${name} is out before it costs more than its outbox, and nobody waits for it`,
      layer(unlimited),
      (server) =>
        Effect.gen(function* () {
          const neighbour = yield* member1(server, "ann")
          const speaker = yield* member2(server, "bob", "den")
          for (const n of times(20)) yield* member2(server, `mute${n}`, "den")
          const cost = yield* growth(
            Effect.gen(function* () {
              for (const n of times(600)) {
                // Each another text: what is shared between them would cost nothing.
                const content = String(n).repeat(16_000).slice(0, 16_000)
                yield* speaker.ask({ type: "Publish", channel: "den", id: `${n}`, content }, "Published")
                yield* speaker.expect("Message")
                if (n % 50 === 0) yield* flows(neighbour, `while they do not read ${n}`)
              }
              yield* eventually(
                "they are out",
                Effect.map(server.hub.stats, ({ users }) => users === 2),
              )
            }),
          )
          // History keeps the last 512 of these messages.
          assert.isBelow(cost, 512 * 0.033 + 30)
        }),
    )
  }

  live("who floods and reads no answer is held back, cut off and forgotten", tcp.layer(unlimited), (server) =>
    Effect.gen(function* () {
      const neighbour = yield* member1(server, "ann")
      const pings = Buffer.concat(times(3000).map((sequence) => json({ type: "Ping", sequence })))
      const cost = yield* growth(
        Effect.scoped(
          Effect.gen(function* () {
            const flooder = yield* member1(server, "eve")
            const flood = Effect.ignore(Effect.forEach(times(200), () => flooder.sendRaw(pings), { discard: true }))
            const talk = Effect.forEach(times(50), (n) => flows(neighbour, `meanwhile ${n}`), { discard: true })
            yield* Effect.all([flood, talk], { concurrency: 2 })
            yield* eventually(
              "it is out",
              Effect.map(server.hub.stats, ({ users }) => users === 1),
            )
          }),
        ),
      )
      assert.isBelow(cost, 15)
    }),
  )

  /** A WebSocket of which nothing is read behind its handshake, and to which bytes go as they are. */
  const mute = (server: TestServer["Service"]) =>
    Effect.gen(function* () {
      const link = yield* Link.tcp(server.address!)
      yield* link.send(upgrade)
      let heard = ""
      while (!heard.includes("\r\n\r\n")) heard += Buffer.from(yield* link.pull).toString("latin1")
      return link
    })

  const attacks: ReadonlyArray<readonly [what: string, piece: Uint8Array, times: number]> = [
    ["pings, of which no pong is read", frames.join(...times(500).map(() => frames.ping("x".repeat(125)))), 200],
    [
      "fragments of nothing",
      frames.join(frames.text("", { final: false }), ...times(5000).map(() => frames.more("", { final: false }))),
      1,
    ],
    [
      "a message of frames of one byte",
      frames.join(
        frames.text('"', { final: false }),
        ...times(65_534).map(() => frames.more("x", { final: false })),
        frames.more('"'),
      ),
      1,
    ],
  ]
  for (const [what, piece, pieces] of attacks) {
    live(`${what} over a WebSocket cost no more than a frame may have`, tcp.layer(unlimited), (server) =>
      Effect.gen(function* () {
        const neighbour = yield* member1(server, "ann")
        const peers = yield* Effect.forEach(times(4), () => mute(server))
        const send = (link: Link.Link) =>
          Effect.ignore(Effect.forEach(times(pieces), () => link.send(Buffer.from(piece)), { discard: true }))
        // Whoever reads nothing may not be read any more either, and then waits. It is measured while they are there.
        const sending = Effect.timeoutOption(
          Effect.forEach(peers, send, { concurrency: 4, discard: true }),
          "2 seconds",
        )
        const cost = yield* growth(Effect.andThen(sending, flows(neighbour, "meanwhile")))
        assert.isBelow(cost, 6)
      }),
    )
  }
})
