/** What comes behind, between and beside requests, too early or too late: one answer for each that is done, in their order. */
import { assert, describe } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { TestServer } from "../../../src/testing/TestServer.ts"
import { maxWaiting } from "../../../src/transport/http/Line.ts"
import { eventually, live, nobodyLeft, tcp } from "../../suites/transportWorld.ts"
import { answersIn, assertProblem, call, type Caller, type Door, get, openDoor, post, text } from "./door.ts"

type Server = TestServer["Service"]

const last = get("/last", "Connection: close")
const held = get("/held")

const soon = (what: string, isSo: () => boolean) => eventually(what, Effect.sync(isSo))
const isHeld = ({ held }: Door, count = 1) => soon(`${count} are held`, () => held.length === count)

/** Nothing is open any more. */
const quiet = (server: Server) =>
  Effect.andThen(
    nobodyLeft(server),
    soon("no request is open", () => server.limits.requests.taken + server.limits.requests.refusing === 0),
  )

const withDoor = (
  title: string,
  body: (server: Server) => Effect.Effect<void, unknown, Scope.Scope>,
  settings?: Parameters<typeof tcp.layer>[0],
) => live(title, tcp.layer(settings), (server) => Effect.andThen(Effect.scoped(body(server)), quiet(server)))

const statuses = (caller: Caller) => Effect.map(caller.all, (said) => answersIn(said).map(({ status }) => status))

describe("requests that do not wait for the answer before", () => {
  withDoor("are done one after the other, and answered in that order", (server) =>
    Effect.gen(function* () {
      const door = yield* openDoor(server)
      const caller = yield* call(door)
      caller.say(held + post("/second", ["Content-Length: 1"], "x") + held + last)
      yield* isHeld(door)
      assert.deepStrictEqual(door.handled, ["GET /held"])
      door.held[0]!.end("first")
      yield* isHeld(door, 2)
      assert.deepStrictEqual(door.handled, ["GET /held", "POST /second x", "GET /held"])
      door.held[1]!.end("third")
      const bodies = answersIn(yield* caller.all).map(({ body }) => body)
      assert.deepStrictEqual(bodies, ["first", "handled", "third", "handled"])
    }),
  )

  withDoor("are too many at some number: those before are answered, and the rest is not done", (server) =>
    Effect.gen(function* () {
      const door = yield* openDoor(server)
      const caller = yield* call(door)
      caller.say(held + get("/there").repeat(maxWaiting) + get("/surplus").repeat(500))
      yield* isHeld(door)
      door.held[0]!.end("first")
      const answers = answersIn(yield* caller.all)
      assert.lengthOf(answers, maxWaiting + 2)
      assert.strictEqual(answers.at(-1)!.status, 429)
      assertProblem(answers.at(-1)!, "the last")
      assert.deepStrictEqual(door.handled, ["GET /held", ...Array.from({ length: maxWaiting }, () => "GET /there")])
    }),
  )

  withDoor("are cut where they go on for ever", (server) =>
    Effect.gen(function* () {
      const door = yield* openDoor(server)
      const caller = yield* call(door)
      caller.say(held)
      const flood = get("/there").repeat(1000)
      const send = () => {
        while (!caller.socket.destroyed && caller.socket.write(flood));
      }
      caller.socket.on("drain", send)
      send()
      yield* caller.all
      assert.deepStrictEqual(door.handled, ["GET /held"])
    }),
  )

  withDoor("are not done behind one that is refused, nor behind one that was to be the last", (server) =>
    Effect.gen(function* () {
      const door = yield* openDoor(server)
      for (const [before, status] of [
        [text("TRACE /there HTTP/1.1", "Host: localhost", ""), 501],
        [get("/first", "Connection: close"), 200],
      ] as const) {
        // At once, and when the answer is under way.
        for (const behind of [get("/behind"), get("/behind").repeat(2000)]) {
          const caller = yield* call(door)
          caller.say(before + behind)
          assert.deepStrictEqual(yield* statuses(caller), [status])
        }
      }
      assert.deepStrictEqual(door.handled, ["GET /first", "GET /first"])
    }),
  )

  withDoor("end with who asked: nobody does what nobody waits for", (server) =>
    Effect.gen(function* () {
      const door = yield* openDoor(server)
      const caller = yield* call(door)
      caller.say(held + get("/there"))
      yield* isHeld(door)
      caller.socket.destroy()
      yield* soon("it is heard", () => door.held[0]!.destroyed)
      assert.deepStrictEqual(door.handled, ["GET /held"])
    }),
  )
})

describe("what is no request", () => {
  withDoor("is answered when all are that came before it", (server) =>
    Effect.gen(function* () {
      const door = yield* openDoor(server)
      const caller = yield* call(door)
      caller.say(`${held + get("/there")}What is this?\r\n\r\n`)
      yield* isHeld(door)
      door.held[0]!.end("first")
      assert.deepStrictEqual(yield* statuses(caller), [200, 200, 400])
    }),
  )

  withDoor("in a body is the answer to that request", (server) =>
    Effect.gen(function* () {
      const door = yield* openDoor(server)
      for (const before of ["", get("/first")]) {
        const caller = yield* call(door)
        caller.say(before + post("/there", ["Transfer-Encoding: chunked"], "1\r\nx\r\n"))
        caller.say("What is this?\r\n\r\n")
        assert.deepStrictEqual(yield* statuses(caller), before === "" ? [400] : [200, 400])
      }
      assert.deepStrictEqual(door.handled, ["GET /first"])
    }),
  )

  withDoor("in a body whose request was answered before is no second answer to it", (server) =>
    Effect.gen(function* () {
      const door = yield* openDoor(server, {}, { "/early": (_, response) => void response.end("early") })
      const caller = yield* call(door)
      caller.say(post("/early", ["Transfer-Encoding: chunked"], "1\r\nx\r\n"))
      yield* soon("it is answered", () => caller.heard().includes("early"))
      caller.say("What is this?\r\n\r\n")
      assert.deepStrictEqual(yield* statuses(caller), [200])
    }),
  )

  withDoor("cuts an answer that has begun, and is not in the middle of it", (server) =>
    Effect.gen(function* () {
      const door = yield* openDoor(server, {}, { "/stream": (_, response) => void response.write("a") })
      const caller = yield* call(door)
      caller.say(get("/stream"))
      yield* soon("it has begun", () => caller.heard().endsWith("a\r\n"))
      caller.say("What is this?\r\n\r\n")
      const said = yield* caller.all
      assert.lengthOf(said.match(/HTTP\/1\.1/g)!, 1)
      assert.isTrue(said.endsWith("a\r\n"))
    }),
  )

  withDoor(
    "cuts a stream of events",
    (server) =>
      Effect.gen(function* () {
        const caller = yield* call(server.address!)
        caller.say(get("/sse"))
        yield* soon("it has begun", () => caller.heard().includes("event: session"))
        caller.say("What is this?\r\n\r\n")
        assert.lengthOf((yield* caller.all).match(/HTTP\/1\.1/g)!, 1)
      }),
    { sse: { resume: Duration.zero } },
  )
})

/** Nobody waits longer than this in a test for a request … */
const hasty = {
  headersTimeout: Duration.millis(300),
  requestTimeout: Duration.millis(400),
  keepAlive: Duration.millis(200),
}
/** … nor for an answer. */
const unread = { responseTimeout: Duration.millis(300) }

describe("who takes time", () => {
  withDoor("with the headers or the body is told so, once", (server) =>
    Effect.gen(function* () {
      const door = yield* openDoor(server, hasty, { "/early": (_, response) => void response.end("early") })
      const slow: ReadonlyArray<readonly [string, ReadonlyArray<number>]> = [
        [get("/there").slice(0, -2), [408]],
        ["GET /there\r\n", [408]],
        [post("/there", ["Content-Length: 2"], "x"), [408]],
        [post("/there", ["Transfer-Encoding: chunked"], "2\r\nx"), [408]],
        [get("/there") + post("/there", ["Content-Length: 2"], "x"), [200, 408]],
        [post("/early", ["Content-Length: 2"], "x"), [200]],
        [post("/early", ["Content-Length: 99999999999"], "x"), [200]],
      ]
      const answered = slow.map(([bytes, expected]) =>
        Effect.gen(function* () {
          const caller = yield* call(door)
          caller.say(bytes)
          assert.deepStrictEqual(yield* statuses(caller), expected, bytes)
        }),
      )
      yield* Effect.all(answered, { concurrency: "unbounded" })
    }),
  )

  withDoor("to read an answer is cut, and so is who waits for one that does not come", (server) =>
    Effect.gen(function* () {
      const bytes = Buffer.alloc(2e7)
      const door = yield* openDoor(server, unread, { "/large": (_, response) => void response.end(bytes) })
      const reader = yield* call(door)
      reader.socket.pause()
      reader.say(get("/large"))
      const patient = yield* call(door)
      patient.say(held)
      assert.strictEqual(yield* patient.all, "")
      yield* soon("the reader is gone", () => server.limits.requests.taken === 0)
      assert.isTrue(door.held[0]!.destroyed)
    }),
  )

  withDoor(
    "in a conversation is not, where nothing has to be said",
    (server) =>
      Effect.gen(function* () {
        const events = yield* call(server.address!)
        events.say(get("/sse"))
        const socket = yield* call(server.address!)
        socket.say(
          get(
            "/ws",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            "Sec-WebSocket-Protocol: natter.v2.json",
          ),
        )
        // The session itself says when it has waited long enough.
        yield* soon("the stream says so", () => events.heard().includes("Not signed in in time"))
        yield* soon("the WebSocket says so", () => socket.heard().includes("Not signed in in time"))
      }),
    { http: unread, session: { loginTimeout: Duration.millis(900) }, sse: { resume: Duration.zero } },
  )

  withDoor("to say less than the whole has less for its headers", (server) =>
    Effect.gen(function* () {
      const door = yield* openDoor(server, {
        headersTimeout: Duration.seconds(9),
        requestTimeout: Duration.millis(200),
      })
      const caller = yield* call(door)
      caller.say(get("/there").slice(0, -2))
      assert.deepStrictEqual(yield* statuses(caller), [408])
    }),
  )
})

describe("who asks whether to go on", () => {
  const expecting = (path: string, ...headers: ReadonlyArray<string>) =>
    post(path, ["Expect: 100-continue", "Connection: close", ...headers], "")

  withDoor("is told to, in its turn", (server) =>
    Effect.gen(function* () {
      const door = yield* openDoor(server)
      const caller = yield* call(door)
      caller.say(held + expecting("/there", "Content-Length: 4"))
      yield* isHeld(door)
      assert.strictEqual(caller.heard(), "")
      door.held[0]!.end("first")
      yield* soon("it may go on", () => caller.heard().includes("100 Continue"))
      caller.say("body")
      assert.deepStrictEqual(yield* statuses(caller), [200, 100, 200])
      assert.deepStrictEqual(door.handled, ["GET /held", "POST /there body"])
    }),
  )

  withDoor("is refused before it has sent anything", (server) =>
    Effect.gen(function* () {
      const door = yield* openDoor(server)
      const caller = yield* call(door)
      caller.say(expecting("/there", "Content-Length: 4", "Content-Encoding: gzip"))
      assert.deepStrictEqual(yield* statuses(caller), [415])
    }),
  )
})

describe("who has said everything", () => {
  withDoor("behind a stream that goes on, and behind what is done no more, has hung up", (server) =>
    Effect.gen(function* () {
      const upgrade = get("/ws", "Upgrade: websocket", "Connection: Upgrade")
      const door = yield* openDoor(server, {}, { "/stream": (_, response) => void response.write("a") })
      for (const behind of [
        "",
        upgrade,
        text("CONNECT there:443 HTTP/1.1", "Host: there:443", ""),
        "What is this?\r\n\r\n",
      ]) {
        const caller = yield* call(door)
        caller.say(held + get("/stream") + behind)
        yield* soon("it is held", () => door.held.length > 0)
        ;(door.held as Array<unknown>).length = 0
        caller.socket.end()
        yield* caller.all
      }
    }),
  )

  withDoor("gets the answers that are there, and the end", (server) =>
    Effect.gen(function* () {
      const door = yield* openDoor(server)
      const caller = yield* call(door)
      caller.say(get("/there"))
      yield* soon("it is answered", () => caller.heard().includes("handled"))
      caller.socket.end()
      assert.deepStrictEqual(yield* statuses(caller), [200])
    }),
  )

  withDoor("behind a stream is cut, whether the stream has begun or not", (server) =>
    Effect.gen(function* () {
      const door = yield* openDoor(server, {}, { "/stream": (_, response) => void response.write("a") })
      const behind = post("/there", ["Content-Length: 999999"], "x".repeat(200_000))
      for (const before of [get("/stream"), get("/there") + get("/stream")]) {
        const caller = yield* call(door)
        caller.say(before + behind)
        yield* caller.all
      }
      assert.notInclude(door.handled.join(), "POST")
    }),
  )

  withDoor("in the middle of something has hung up", (server) =>
    Effect.gen(function* () {
      const door = yield* openDoor(server)
      for (const bytes of [get("/there").slice(0, -2), post("/there", ["Content-Length: 9"], "x"), held]) {
        const caller = yield* call(door)
        caller.say(bytes)
        caller.socket.end()
        yield* caller.all
      }
    }),
  )
})
