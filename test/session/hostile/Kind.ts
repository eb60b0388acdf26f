import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { frame } from "../../../src/protocol/Framing.ts"
import type { TestClient1, TestClient2 } from "../../../src/testing/TestClient.ts"
import type { Settings, TestServer } from "../../../src/testing/TestServer.ts"
import { expectNothing, member1, user2 } from "../../suites/transportWorld.ts"

export type Server = TestServer["Service"]

/** A kind of bad bytes or bad behaviour, and what is to come of it. */
export interface Kind {
  readonly name: string
  readonly settings?: Settings
  /** Where a socket speaks HTTP, too, it means something there. */
  readonly meansHttp?: true
  /** Does it, and sees that it is answered as it should be. */
  readonly run: (server: Server) => Effect.Effect<void, unknown, Scope.Scope>
}

type Client = TestClient1 | TestClient2

/** How far a client has come, in which language, before it misbehaves. */
const openings = {
  stranger: (server: Server) => server.client1,
  "signed in": (server: Server) => member1(server, "eve"),
  bare: (server: Server) =>
    Effect.tap(server.client1, (client) =>
      Effect.andThen(client.send({ type: "Connect", client_id: "eve", version: "1.0" }), client.expect("Connect")),
    ),
  "stranger 2": (server: Server) => server.client2(),
  "version 2": (server: Server) => user2(server, "eve"),
  msgpack: (server: Server) => user2(server, "eve", { codecs: ["msgpack"] }),
  deflate: (server: Server) => user2(server, "eve", { compression: ["deflate"] }),
} satisfies Record<string, (server: Server) => Effect.Effect<Client, unknown, Scope.Scope>>

export type Opening = keyof typeof openings

const open = (server: Server, opening: Opening): Effect.Effect<Client, unknown, Scope.Scope> =>
  openings[opening](server)

/** The frames that answer, each at least with these fields; then the session goes on, or is closed properly. */
export interface Outcome {
  readonly answers: ReadonlyArray<object>
  readonly next: "goes on" | "closed"
}

export const goesOn = (...answers: ReadonlyArray<object>): Outcome => ({ answers, next: "goes on" })
export const closed = (...answers: ReadonlyArray<object>): Outcome => ({ answers, next: "closed" })

/** Version 1's `Error`. */
export const error1 = (code: number, message: string) => ({ type: "Error", code, message })
/** Version 2's, by its name in the catalog. */
export const error2 = (name: string, field?: string) => ({
  type: "Error",
  name,
  ...(field === undefined ? {} : { field }),
})
/** A frame that could not be read. */
export const invalid = (message: string) => ({ type: "Error", name: "InvalidFrame", message })

const expectOutcome = Effect.fnUntraced(function* (client: Client, { answers, next }: Outcome) {
  for (const answer of answers) {
    const got: object = yield* client.next as Effect.Effect<object, unknown>
    assert.deepInclude(got, answer)
  }
  if (next === "goes on") yield* expectNothing(client)
  else assert.deepStrictEqual(yield* client.ended, { clean: true })
})

/** Bytes that are sent as they are. */
export const bytes = (name: string, opening: Opening, sent: Uint8Array, outcome: Outcome): Kind => ({
  name,
  run: Effect.fnUntraced(function* (server: Server) {
    const client = yield* open(server, opening)
    yield* client.sendRaw(sent)
    yield* expectOutcome(client, outcome)
  }),
})

export const latin1 = (text: string): Uint8Array => Buffer.from(text, "latin1")

/** A body that is sent as a frame. */
export const body = (name: string, opening: Opening, sent: string | Uint8Array, outcome: Outcome): Kind =>
  bytes(name, opening, frame(typeof sent === "string" ? Buffer.from(sent) : sent), outcome)

/** Anything else. */
export const deed = (name: string, run: Kind["run"], settings?: Settings): Kind => ({
  name,
  run,
  ...(settings === undefined ? {} : { settings }),
})
