/** Every operation that has a frame, by every kind of credential: none, wrong, expired, revoked, too little, and right. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { lobby } from "../../src/domain/ChannelName.ts"
import type { OperationName } from "../../src/domain/Scope.ts"
import type { ClientFrame } from "../../src/protocol/v2/ClientFrame.ts"
import type { TestClient2 } from "../../src/testing/TestClient.ts"
import { TestServer } from "../../src/testing/TestServer.ts"
import { canBeLimited, credential, kinds, settings, type Standing, standings } from "./credentials.ts"

type Sent = typeof ClientFrame.Encoded
type Frame<Type extends Sent["type"]> = Omit<Extract<Sent, { readonly type: Type }>, "type" | "ref">

/** What a frame asks, and what is to be done before by who has the right. */
interface Row<Type extends Sent["type"]> {
  readonly operation: OperationName
  readonly frame: Frame<Type>
  readonly first?: Sent
}

const den = { channel: "den" }
const bob = { ...den, username: "bob" }
const target = { ...den, id: "2", target: 1 }
const noFile = { ...den, file: "01935530-1b2c-7d3e-8f40-a1b2c3d4e5f6" }
const entered: Sent = { type: "Join", ...den }

/** Those by which one signs in, and those that anybody may say. */
const forEverybody = ["Login", "Authenticate", "Ping", "Pong", "Disconnect"] as const

/** What goes on with what another frame has begun in the session: nothing is allowed by it that was not. */
const goingOn = ["UploadChunk", "FileAck", "CloseDownload"] as const

type Asking = Exclude<Sent["type"], (typeof forEverybody)[number] | (typeof goingOn)[number]>

const rows: { readonly [Type in Asking]: Row<Type> } = {
  AcceptInvite: { operation: "acceptInvite", frame: { code: "natjoin_AAAAAAAAAAAAAAAAAAAAAA" } },
  Audit: { operation: "audit", frame: den },
  Ban: { operation: "ban", frame: bob },
  Block: { operation: "block", frame: { username: "bob" } },
  CancelUpload: { operation: "cancelUpload", frame: noFile, first: entered },
  Configure: { operation: "configure", frame: { ...den, access: "private" } },
  CreateChannel: { operation: "createChannel", frame: { channel: "attic" } },
  CreateInviteLink: { operation: "createInviteLink", frame: den },
  Delete: { operation: "deleteMessage", frame: target, first: entered },
  DeleteChannel: { operation: "deleteChannel", frame: den },
  Describe: { operation: "describe", frame: den },
  Download: { operation: "openFile", frame: noFile },
  Edit: { operation: "editMessage", frame: { ...target, content: "better" }, first: entered },
  History: { operation: "page", frame: den },
  Invite: { operation: "invite", frame: bob },
  Join: { operation: "join", frame: den },
  Kick: { operation: "kick", frame: { channel: lobby, username: "carl" } },
  Leave: { operation: "leave", frame: den, first: entered },
  ListBlocked: { operation: "listBlocked", frame: {} },
  ListChannels: { operation: "listChannels", frame: {} },
  ListInviteLinks: { operation: "listInviteLinks", frame: den },
  ListUnread: { operation: "listUnread", frame: {} },
  Mute: { operation: "mute", frame: bob },
  Publish: { operation: "publish", frame: { ...den, id: "2", content: "second" }, first: entered },
  React: { operation: "react", frame: { ...target, reaction: "+1" }, first: entered },
  Read: { operation: "markRead", frame: { ...den, seq: 1 }, first: entered },
  RenameChannel: { operation: "renameChannel", frame: { ...den, name: "room" } },
  ResumeUpload: { operation: "describeUpload", frame: noFile, first: entered },
  RevokeInviteLink: { operation: "revokeInviteLink", frame: { ...den, id: "nothing" } },
  Search: { operation: "search", frame: { text: "first" } },
  SetRole: { operation: "setRole", frame: { ...bob, role: "moderator" } },
  SetStatus: { operation: "setStatus", frame: { status: "busy" } },
  SetTopic: { operation: "setTopic", frame: { ...den, topic: "Tea" }, first: entered },
  StartUpload: { operation: "startUpload", frame: { ...den, name: "tea.txt", size: 3 }, first: entered },
  Typing: { operation: "typing", frame: den, first: entered },
  Unban: { operation: "unban", frame: bob },
  Unblock: { operation: "unblock", frame: { username: "bob" } },
  Unmute: { operation: "unmute", frame: bob },
}

/** Clients leave before the service does: on this clock nobody would end its waiting for them. */
const served = Effect.provide(TestServer.layerMemory(settings))

/** Ann owns the channel `den`, and administers the service; Carl is in the lobby. */
const world = Effect.gen(function* () {
  const { accounts, hub } = yield* TestServer
  const password = Redacted.make("a long password")
  const ann = yield* accounts.add({ name: "ann", password, role: "admin" })
  yield* accounts.add({ name: "bob", password, role: "member" })
  const carl = yield* hub.connect({ name: "carl" })
  yield* carl.join(lobby)
  const actions = yield* hub.as(ann)
  yield* actions.createChannel("den", { durability: "memory" })
  yield* actions.publish("den", "first")
  return ann
})

/** Says it, and waits for its answer: the reason why it is refused, or what it is answered by. What has none is behind us at the pong. */
const outcome = Effect.fnUntraced(function* (client: TestClient2, frame: Sent, ref: number) {
  const asked = frame.type === "Typing" ? frame : { ...frame, ref }
  yield* client.send(asked, ...(frame.type === "Typing" ? [{ type: "Ping", sequence: ref } as const] : []))
  while (true) {
    const next = yield* client.next
    if (next.type === "Error") return next.name
    if ("ref" in next && next.ref === ref) return next.type
    if (next.type === "Pong" && next.sequence === ref) return next.type
  }
})

const refusals: { readonly [S in Exclude<Standing, "right">]: string } = {
  none: "NotAuthenticated",
  wrong: "InvalidToken",
  expired: "InvalidToken",
  revoked: "InvalidToken",
  "too little": "OutOfScope",
}

describe.each(Object.entries(rows) as ReadonlyArray<readonly [Asking, Row<Asking>]>)("%s", (type, row) => {
  it.effect.each(kinds)("%s", (kind) =>
    Effect.gen(function* () {
      const ann = yield* world
      const frame = { type, ...row.frame } as Sent
      const needed: ReadonlyArray<OperationName> = row.first === undefined ? [row.operation] : [row.operation, "join"]
      for (const standing of standings) {
        if (standing === "too little" && !canBeLimited(kind)) continue
        // Entering is not what is tried, unless it is.
        const asked = standing === "right" ? needed : [row.operation]
        const token = yield* credential(ann, kind, standing, asked)
        const client = yield* (yield* TestServer).client2()
        const signedIn = token === undefined ? undefined : yield* outcome(client, { type: "Authenticate", token }, 1)
        if (standing === "right" || standing === "too little") {
          assert.strictEqual(signedIn, "LoggedIn", standing)
          if (row.first !== undefined) assert.strictEqual(yield* outcome(client, row.first, 2), "Joined", standing)
          const answer = yield* outcome(client, frame, 3)
          if (standing === "right") assert.notInclude([...Object.values(refusals), "Forbidden", "NotMember"], answer)
          else assert.strictEqual(answer, refusals[standing])
        } else {
          if (token !== undefined) assert.strictEqual(signedIn, refusals[standing], standing)
          assert.strictEqual(yield* outcome(client, frame, 3), refusals.none, standing)
        }
      }
    }).pipe(Effect.scoped, served),
  )
})

describe("who may only read", () => {
  it.effect("enters what is there, and makes no channel by entering it", () =>
    Effect.gen(function* () {
      const ann = yield* world
      const { accounts } = yield* TestServer
      const join = Effect.fnUntraced(function* (operations: ReadonlyArray<OperationName>, channel: string) {
        const { token } = yield* accounts.createToken(ann.name, { scope: { operations } })
        const client = yield* (yield* TestServer).client2()
        yield* outcome(client, { type: "Authenticate", token: Redacted.value(token) }, 1)
        return yield* outcome(client, { type: "Join", channel }, 2)
      })
      assert.strictEqual(yield* join(["join"], "den"), "Joined")
      assert.strictEqual(yield* join(["join"], "@bob"), "Joined")
      assert.strictEqual(yield* join(["join"], "attic"), "OutOfScope")
      assert.strictEqual(yield* join(["join", "createChannel"], "attic"), "Joined")
      assert.strictEqual(yield* join(["join"], "attic"), "Joined")
    }).pipe(Effect.scoped, served),
  )
})

describe("version 1", () => {
  it.effect("nothing is said without a name and its password", () =>
    Effect.gen(function* () {
      yield* world
      const server = yield* TestServer
      const message = { type: "ChatMessage", from: "", content: "hello", timestamp: 0 } as const
      for (const [password, login, said] of [
        [undefined, undefined, 401],
        ["wrong", 401, 401],
        ["a long password", undefined, undefined],
      ] as const) {
        const client = yield* server.client1
        if (password !== undefined) {
          yield* client.send({ type: "Login", username: "ann", password })
          const answer = yield* client.next
          assert.strictEqual(answer.type === "LoginResponse" ? answer.success : false, login === undefined)
        }
        yield* client.send(message)
        let next = yield* client.next
        while (next.type !== "Error" && next.type !== "ChatMessage") next = yield* client.next
        assert.strictEqual(next.type === "Error" ? next.code : undefined, said)
      }
    }).pipe(Effect.scoped, served),
  )
})
