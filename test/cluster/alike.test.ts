/**
 * Every operation there is: asked of one node, of the one that owns the channels among three, and of one that owns none. It is
 * answered alike, in the same words, also where it is refused.
 */
import { assert, it, layer } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as References from "effect/References"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import type * as HttpApi from "effect/http-api/HttpApi"
import type * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import { type OperationName, operationNames } from "../../src/domain/Scope.ts"
import { TrustedNetworks } from "../../src/domain/TrustedNetworks.ts"
import type { User } from "../../src/domain/User.ts"
import { Api, root } from "../../src/http/api/Api.ts"
import { TestServer } from "../../src/testing/TestServer.ts"
import { type Door, type DoorName, type OperationName as ChannelOperation, open, type Request } from "../chat/doors.ts"
import { nothing, said, sent } from "../chat/sentFiles.ts"
import { channelDoors } from "../chat/table.ts"
import { asking } from "../http/asking.ts"
import { rows } from "../http/rows.ts"
import { cluster } from "../suites/clusterWorld.ts"
import { nextTurn } from "../suites/transportWorld.ts"

/** Asked in a session, over HTTP and by the program around the hub. Ann owns `den`, where she and bob have said something. */
interface InChannel<Name extends ChannelOperation> {
  readonly request: Request<Name>
  /** What is asked otherwise as well: `room` is another channel of ann's. */
  readonly otherwise?: Partial<Request<Name>>
  /** What is there before, and stands for a word of the request. */
  readonly of?: "<begun>" | "<sent>" | "<said>" | "<link>" | "<code>"
}

/** Asked over HTTP alone, as `test/http/rows` has these endpoints. */
type OverHttp = ReadonlyArray<keyof typeof rows>

type Row<Name> = Name extends ChannelOperation ? InChannel<Name> : OverHttp

const den = { channel: "den" }
const bob = { ...den, username: "bob" }
const message = { ...den, id: "m-1", target: 1 }

const table: { readonly [Name in OperationName]: Row<Name> } = {
  acceptInvite: { request: { code: "<code>" }, of: "<code>" },
  addUser: ["users.add"],
  appendUpload: { request: { ...den, file: "<begun>", offset: 1, text: "ea" }, of: "<begun>" },
  audit: { request: den },
  ban: { request: { ...bob, reason: "noise" } },
  banAddress: ["service.ban"],
  block: { request: { username: "bob" } },
  cancelUpload: { request: { ...den, file: "<sent>" }, of: "<sent>" },
  changePassword: ["me.changePassword"],
  configure: { request: { ...den, slow_mode: 7 } },
  createChannel: { request: { channel: "attic", topic: "Tea" }, otherwise: { channel: "room" } },
  createInvitation: ["invitations.create"],
  createInviteLink: { request: { ...den, uses: 2 } },
  createToken: ["tokens.create"],
  createWebhook: ["webhooks.create"],
  deleteChannel: { request: den },
  deleteMessage: { request: message },
  deleteWebhook: ["webhooks.delete"],
  describe: { request: den },
  // One node has no others.
  describeNodes: [],
  describeService: ["service.describe"],
  describeUpload: { request: { ...den, file: "<begun>" }, of: "<begun>" },
  describeWebhook: ["webhooks.describe"],
  disableUser: ["users.change"],
  disconnect: ["service.disconnect"],
  drain: ["service.drain"],
  editMessage: { request: { ...message, content: "better" } },
  enableUser: ["users.change"],
  invite: { request: bob },
  join: { request: den },
  kick: { request: bob },
  leave: { request: den },
  listAddressBans: ["service.bans"],
  listAllChannels: ["service.channels"],
  listBlocked: { request: {} },
  listChannels: { request: { after: "den" } },
  listConnections: ["service.sessions"],
  listDeliveries: ["webhooks.deliveries"],
  listInvitations: ["invitations.list"],
  listInviteLinks: { request: den, of: "<link>" },
  listPresent: { request: den },
  listSessions: ["session.list"],
  listTokens: ["tokens.list"],
  listUnread: { request: {} },
  listUsers: ["users.list"],
  listWebhooks: ["webhooks.list"],
  markRead: { request: { ...den, seq: 1 } },
  me: ["me.get"],
  mute: { request: bob },
  openFile: { request: { ...den, file: "<said>" }, of: "<said>" },
  page: { request: den },
  publish: {
    request: { ...den, id: "m-1", content: "hello" },
    otherwise: { id: "m-2", content: "", file: "<sent>" },
    of: "<sent>",
  },
  react: { request: { ...message, reaction: "+1" } },
  readAudit: ["service.audit"],
  readMetrics: ["service.metrics"],
  renameChannel: { request: { ...den, name: "attic" }, otherwise: { name: "room" } },
  replayDelivery: ["webhooks.replay"],
  revokeInvitation: ["invitations.revoke"],
  revokeInviteLink: { request: { ...den, id: "<link>" }, of: "<link>" },
  revokeSession: ["session.revoke"],
  revokeToken: ["tokens.revoke"],
  rotateWebhookSecret: ["webhooks.rotate"],
  search: { request: { ...den, text: "hello" } },
  setRole: { request: { ...bob, role: "moderator" } },
  setStatus: { request: { status: "busy", text: "at lunch" } },
  setTopic: { request: { ...den, topic: "Tea" } },
  setUserPassword: ["users.setPassword"],
  setUserRole: ["users.change"],
  startUpload: { request: { ...den, name: "tea.txt", size: 3 } },
  testWebhook: ["webhooks.test"],
  typing: { request: den },
  unban: { request: bob },
  unbanAddress: ["service.unban"],
  unblock: { request: { username: "bob" } },
  unmute: { request: bob },
  updateWebhook: ["webhooks.update"],
}

/** Where ann and eve are connected, and where bob is. */
interface Place {
  readonly near: TestServer["Service"]
  readonly far: TestServer["Service"]
}
class Places extends Context.Service<Places, Readonly<Record<"one" | "owner" | "elsewhere", Place>>>()(
  "natter/test/Places",
) {
  static readonly layer = Layer.effect(
    Places,
    Effect.gen(function* () {
      const alone = Context.get(yield* Layer.build(TestServer.layerMemory(settings)), TestServer)
      const [first, second, third] = (yield* cluster(3, () => 0, settings)).servers as ReadonlyArray<Place["near"]>
      return Places.of({
        one: { near: alone, far: alone },
        owner: { near: first!, far: second! },
        elsewhere: { near: second!, far: third! },
      })
    }),
  )
}

const loopback = Result.getOrThrow(TrustedNetworks.parse("127.0.0.0/8"))
const settings = { hub: { publishing: undefined }, webhooks: { allow: loopback } }

/** Of files, channels, histories and sessions, and what secrets and tokens are made of. */
const identities = /[\da-f]{8}-[\da-f]{4}-[\da-f-]{22}|\b(nat[a-z]+_)?[\w-]{22,}(\.[\w-]+)*|\b[\da-z]{18}\b(-\d+)?/g

const isIdentity = (field: string) => field === "id" || field === "request_id"

/** All cases share their nodes: each has names of its own, and what is compared has those of the table again. */
class Names {
  private static last = 0
  private readonly mark = `x${++Names.last}x`

  own<A>(value: A): A {
    const text = JSON.stringify(value)
    return JSON.parse(text.replaceAll(/\b(ann|attic|bob|carol|den|eve|nowhere|room)\b/g, `$1${this.mark}`)) as A
  }

  plain(value: unknown): unknown {
    const text = JSON.stringify(value, (field, value: unknown) => {
      if (typeof value === "number") return value > 1e12 ? "<moment>" : value
      if (typeof value !== "string") return value
      return isIdentity(field) ? "<identity>" : value.replaceAll(this.mark, "").replaceAll(identities, "<identity>")
    })
    return JSON.parse(text) as unknown
  }
}

/** Of what there is in all, whoever made it: what kind of things. */
const kinds = (value: unknown): unknown => {
  if (Array.isArray(value)) return "many"
  if (typeof value !== "object" || value === null) return typeof value
  // There is a next page where there is more.
  const fields = Object.entries(value).filter(([name]) => name !== "next")
  return Object.fromEntries(fields.map(([name, of]) => [name, kinds(of)]))
}

/** Ann administers the service, and owns the channel. */
const begin = Effect.fnUntraced(function* (place: Place) {
  const names = new Names()
  const add = (name: string, role: "admin" | "member") =>
    place.near.accounts.add({ name: names.own(name), password: Redacted.make(`${names.own(name)}'s`), role })
  const [ann, bob, eve] = [yield* add("ann", "admin"), yield* add("bob", "member"), yield* add("eve", "member")]
  const anns = yield* place.near.hub.as(ann)
  const channel = names.own("den")
  yield* anns.createChannel(channel)
  yield* anns.createChannel(names.own("room"))
  yield* anns.publish(channel, "hello", { id: "a-1" })
  return { names, server: place.near, far: place.far, ann, anns, bob, eve, channel }
})
type Begun = Effect.Success<ReturnType<typeof begin>>
type Play = (begun: Begun) => Effect.Effect<unknown, unknown, Scope.Scope>

/** What is there before a case, and what stands for it. */
const made = Effect.fnUntraced(function* (of: string, { ann, anns, channel, server }: Begun) {
  if (of === "<code>" || of === "<link>") {
    const { code, link } = yield* anns.createInviteLink(channel)
    return of === "<code>" ? Redacted.value(code) : link.id
  }
  let file = nothing
  const before = of === "<said>" ? said(ann.name) : sent({ by: ann.name, come: of === "<begun>" ? "t" : "tea" })
  yield* before({ server, channel, remember: (id: string) => void (file = id) } as Parameters<typeof before>[0])
  return file
})

/** Asked by eve, who has no right; of a channel and a file that there are not; and by ann. In a moment bob sees what has become of it. */
const inChannel = (door: DoorName, name: ChannelOperation, row: InChannel<ChannelOperation>): Play =>
  Effect.fnUntraced(function* (begun) {
    const { ann, bob, channel, eve, far, names, server } = begun
    const bobs = yield* far.hub.connect(bob)
    yield* bobs.join(channel)
    yield* bobs.publish(channel, "good day", { id: "b-1" })
    const known = row.of === undefined ? "" : yield* made(row.of, begun)
    const asAnn = yield* open(door, server, ann)
    const asEve = yield* open(door, server, eve)
    if (name !== "join") yield* asAnn.call("join", { channel }) ?? Effect.void
    const ask = ({ call }: Door, more: object = {}) => {
      const request = Object.entries({ ...row.request, ...more })
      const filled = Object.fromEntries(request.map(([field, value]) => [field, value === row.of ? known : value]))
      const outcome = call(name, names.own(filled) as never) ?? Effect.undefined
      return name === "listChannels" ? Effect.map(outcome, kinds) : outcome
    }
    const has = (field: string) => field in row.request
    return {
      refused: yield* ask(asEve),
      nowhere: has("channel") ? yield* ask(asAnn, { channel: "nowhere" }) : undefined,
      otherwise: row.otherwise === undefined ? undefined : yield* ask(asAnn, row.otherwise),
      nothing: has("file") ? yield* ask(asAnn, { file: nothing }) : undefined,
      done: yield* Effect.tap(ask(asAnn), Effect.repeat(nextTurn, { times: 5 })),
      seen: yield* Effect.match(bobs.history(channel), {
        onSuccess: ({ entries }) => entries,
        onFailure: ({ message }) => message,
      }),
    }
  })

const endpoints = new Map<string, HttpApiEndpoint.Top>(
  Object.values((Api as unknown as HttpApi.Top).groups).flatMap((group) =>
    Object.values(group.endpoints).map((endpoint) => [`${group.identifier}.${endpoint.identifier}`, endpoint] as const),
  ),
)

const overHttp = (name: string): Play =>
  Effect.fnUntraced(function* ({ ann, channel, eve, names, server: { accounts, api } }) {
    const http = asking(api)
    const { method, path } = endpoints.get(name)!
    const { body, headers, params = {}, query = {}, webhook } = rows[name]!
    const tokenOf = (user: User) => Effect.map(accounts.issueToken(user), ({ token }) => Redacted.value(token))
    const words: Record<string, string> = {
      "<session>": (yield* accounts.issueToken(ann)).id,
      "<token>": (yield* accounts.createToken(ann.name)).id,
      "<invitation>": (yield* accounts.invite()).id,
      "a long password": `${ann.name}'s`,
    }
    const filled = <A extends object>(values: A): A =>
      names.own(Object.fromEntries(Object.entries(values).map(([field, value]) => [field, words[value] ?? value])) as A)
    const asks = (token: string) => (more: Readonly<Record<string, string>>) => {
      const all: Readonly<Record<string, string>> = filled({ ...params, ...more })
      const search = new URLSearchParams(names.own(query)).toString()
      return Effect.map(
        http({
          method,
          path: `${path.replace(/:(\w+)/g, (_, field: string) => encodeURIComponent(all[field] ?? "?"))}?${search}`,
          headers: { ...headers, Authorization: `Bearer ${token}` },
          ...(typeof body === "object" ? { body: filled(body) } : {}),
        }),
        ({ json, status }) => ({ status, json }),
      )
    }
    const [asAnn, asEve] = [asks(yield* tokenOf(ann)), asks(yield* tokenOf(eve))]
    if (webhook !== undefined) {
      const Authorization = `Bearer ${yield* tokenOf(ann)}`
      const at = `${root}/channels/${channel}/webhooks`
      const { json } = yield* http({ method: "POST", path: at, headers: { Authorization }, body: webhook })
      words["<id>"] = (json as { readonly webhook: { readonly id: string } }).webhook.id
    }
    const refused = yield* asEve({})
    const nowhere = "channel" in params ? yield* asAnn({ channel: "nowhere" }) : undefined
    const done = yield* asAnn({})
    return { refused, nowhere, done: done.status < 300 ? kinds(done) : done }
  })

it("every operation has a row", () => {
  assert.deepStrictEqual(Object.keys(table).toSorted(), operationNames.toSorted())
})

layer(Places.layer.pipe(Layer.provide(Layer.succeed(References.MinimumLogLevel, "None"))), {
  excludeTestServices: true,
})("is answered alike wherever its channel runs", (it) => {
  const cases: ReadonlyArray<readonly [string, Play]> = Object.entries(table).flatMap(([name, row]) =>
    "request" in row
      ? channelDoors.map((door) => [`${name}, ${door}`, inChannel(door, name as ChannelOperation, row)] as const)
      : row.map((endpoint) => [`${name}, ${endpoint}`, overHttp(endpoint)] as const),
  )
  for (const [title, play] of cases) {
    it.effect(title, () =>
      Effect.gen(function* () {
        const { elsewhere, one, owner } = yield* Places
        const outcome = (place: Place) =>
          Effect.scoped(
            Effect.flatMap(begin(place), (begun) => Effect.map(play(begun), (played) => begun.names.plain(played))),
          )
        const expected = yield* outcome(one)
        assert.deepStrictEqual(yield* outcome(owner), expected, "at the owner")
        assert.deepStrictEqual(yield* outcome(elsewhere), expected, "elsewhere")
      }),
    )
  }
})
