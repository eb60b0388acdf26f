import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Record from "../../src/channels/ChannelRecord.ts"
import { maxAudit } from "../../src/domain/AuditLog.ts"
import type { ChannelStoreError } from "../../src/channels/ChannelStoreError.ts"
import { ChannelStore } from "../../src/channels/ChannelStore.ts"
import { AddressRange } from "../../src/domain/AddressRange.ts"
import { ChannelId } from "../../src/domain/ChannelId.ts"
import { ChannelName } from "../../src/domain/ChannelName.ts"
import * as Direct from "../../src/domain/Direct.ts"
import { Topic } from "../../src/domain/Topic.ts"
import { type Person, UserId } from "../../src/domain/User.ts"
import { Username } from "../../src/domain/Username.ts"

const person = (name: string): Person => ({ id: UserId.make(`id-${name}`), name: Username.make(name) })
const name = (name: string) => ChannelName.make(name)
const ann = person("ann")
const bob = person("bob")
const cat = person("cat")

/** A channel of that name; its id is made of it. */
const channel = (text: string, more?: Partial<Record.NewChannel>): Record.NewChannel => ({
  id: ChannelId.make(`id-${text}`),
  name: name(text),
  access: "public",
  topic: Topic.make(""),
  durability: undefined,
  createdAt: 7,
  owner: ann,
  ...more,
})

const act = (action: string, more?: Partial<Record.Act>): Record.Act => ({ timestamp: 8, by: ann, action, ...more })
const sanction = (kind: Record.Sanction["kind"], subject: Record.Subject, until?: number): Record.Sanction => ({
  kind,
  subject,
  until,
  by: ann,
  reason: until === undefined ? undefined : "noise",
})
const link = (id: string, more?: Partial<Record.InviteLink>): Record.InviteLink => ({
  id,
  by: ann,
  createdAt: 8,
  until: undefined,
  uses: undefined,
  used: 0,
  ...more,
})
const everything = { limit: 1000 }

/** What every `ChannelStore` keeps to. The layer is built anew, and empty, for each test. */
export const channelStore = (title: string, layer: Layer.Layer<ChannelStore, unknown>) =>
  describe(`a channel store: ${title}`, () => {
    const test = (title: string, body: (store: ChannelStore["Service"]) => Effect.Effect<void, unknown>) =>
      it.effect(title, () => Effect.provide(Effect.flatMap(ChannelStore, body), layer))

    const found = Effect.fnUntraced(function* (store: ChannelStore["Service"], text: string) {
      return Option.getOrUndefined(yield* store.find(name(text)))
    })
    const names = (listed: ReadonlyArray<{ readonly name: string }>) => listed.map(({ name }) => name)

    test(
      "has no two channels whose names look the same, but finds each by its exact name",
      Effect.fnUntraced(function* (store) {
        yield* store.create(channel("Tea"))
        yield* store.create(channel("den"))
        for (const text of ["tea", "TEA", "Теа", "ＴＥＡ"]) {
          assert.strictEqual((yield* Effect.flip(store.create(channel(text)))).reason, "Exists", text)
          assert.isUndefined(yield* found(store, text))
        }
        const rename = (text: string) =>
          store.change(ChannelId.make("id-den"), [{ type: "Renamed", name: name(text), at: 9 }])
        assert.strictEqual((yield* Effect.flip(rename("tea"))).reason, "Exists")
        yield* rename("DEN")
        yield* rename("attic")
        yield* store.create({ ...channel("den"), id: ChannelId.make("other") })
      }),
    )

    test(
      "finds a channel by name and id, as it was made",
      Effect.fnUntraced(function* (store) {
        const made = channel("den", { access: "private", topic: Topic.make("tea"), durability: "memory" })
        yield* store.create(made)
        const record = Option.getOrThrow(yield* store.find(name("den")))
        assert.deepStrictEqual(record, Record.make(made))
        assert.strictEqual(record.roles.get(ann.id)?.role, "owner")
        assert.deepStrictEqual(Option.getOrThrow(yield* store.get(made.id)), record)
        assert.isTrue(Option.isNone(yield* store.find(name("Den"))))
        assert.isTrue(Option.isNone(yield* store.get(ChannelId.make("den"))))
      }),
    )

    test(
      "makes a name once",
      Effect.fnUntraced(function* (store) {
        yield* store.create(channel("den"), act("create"))
        const again = store.create(channel("den", { id: ChannelId.make("other"), owner: bob }), act("create"))
        assert.strictEqual((yield* Effect.flip(again)).reason, "Exists")
        assert.strictEqual((yield* found(store, "den"))!.id, ChannelId.make("id-den"))
        assert.lengthOf(yield* store.audit(ChannelId.make("other"), everything), 0)
      }),
    )

    test(
      "keeps what each change has changed, and nothing else",
      Effect.fnUntraced(function* (store) {
        yield* store.create(channel("attic"))
        yield* store.create(channel("den"))
        const id = ChannelId.make("id-den")
        const subject = { user: bob }
        const range = { address: AddressRange.make("192.0.2.0/24") }
        const changes: ReadonlyArray<Record.Change> = [
          { type: "Topic", topic: Topic.make("tea") },
          { type: "Configured", access: "readonly" },
          { type: "Configured", slowMode: 5000, durability: "disk" },
          { type: "Configured", archived: true },
          { type: "Configured" },
          { type: "Role", user: bob, role: "member" },
          { type: "Role", user: bob, role: "moderator" },
          { type: "Role", user: cat, role: "member" },
          { type: "Role", user: cat, role: undefined },
          { type: "Sanctioned", sanction: sanction("ban", subject) },
          { type: "Sanctioned", sanction: sanction("ban", subject, 99) },
          { type: "Sanctioned", sanction: sanction("mute", subject) },
          { type: "Sanctioned", sanction: sanction("ban", range, 100) },
          { type: "Pardoned", kind: "mute", subject },
          { type: "Pardoned", kind: "mute", subject: range },
          { type: "Linked", link: link("one") },
          { type: "Linked", link: link("two", { until: 99, uses: 3 }) },
          { type: "LinkUsed", id: "two", used: 2 },
          { type: "LinkUsed", id: "nothing", used: 2 },
          { type: "Linked", link: link("three") },
          { type: "Unlinked", id: "three" },
          { type: "Unlinked", id: "nothing" },
          { type: "Renamed", name: name("cellar"), at: 9 },
        ]
        let expected = Option.getOrThrow(yield* store.get(id))
        for (const change of changes) {
          yield* store.change(id, [change])
          expected = Record.changed(expected, change)
          assert.deepStrictEqual(Option.getOrThrow(yield* store.get(id)), expected)
        }
        assert.deepInclude(expected, { name: "cellar", slowMode: 5000, archived: true } as object)
        assert.deepStrictEqual([...expected.sanctions.values()].map(({ until }) => until).toSorted(), [100, 99])
        assert.deepStrictEqual(yield* found(store, "attic"), Record.make(channel("attic")))
      }),
    )

    test(
      "finds the channel to which an invitation leads, whatever it is called, and as long as both are there",
      Effect.fnUntraced(function* (store) {
        const id = ChannelId.make("id-den")
        const invited = (link: string) =>
          Effect.map(store.invited(link), (found) =>
            Option.getOrUndefined(Option.map(found, ({ id, name, renamedAt }) => ({ id, name, renamedAt }))),
          )
        for (const text of ["attic", "den"]) {
          yield* store.create(channel(text))
          yield* store.change(ChannelId.make(`id-${text}`), [{ type: "Linked", link: link(`to ${text}`) }])
        }
        const den = { id, name: "den", renamedAt: undefined } as object
        assert.deepStrictEqual<unknown>(yield* invited("to den"), den)
        assert.isUndefined(yield* invited("to nothing"))
        yield* store.change(id, [{ type: "Renamed", name: name("cellar"), at: 9 }])
        assert.deepStrictEqual<unknown>(yield* invited("to den"), { ...den, name: "cellar", renamedAt: 9 })
        yield* store.change(id, [{ type: "Linked", link: link("another") }])
        yield* store.change(id, [{ type: "Unlinked", id: "to den" }])
        assert.isUndefined(yield* invited("to den"))
        assert.isDefined(yield* invited("another"))
        yield* store.remove(id)
        assert.isUndefined(yield* invited("another"))
        yield* store.create(channel("den"))
        assert.strictEqual(Option.getOrThrow(yield* store.get(id)).links.size, 0)
        assert.isDefined(yield* invited("to attic"))
      }),
    )

    test(
      "keeps of a sanction, and of somebody's role, who was the last to say so and how",
      Effect.fnUntraced(function* (store) {
        yield* store.create(channel("den", { owner: undefined }))
        const id = ChannelId.make("id-den")
        const range = { address: AddressRange.make("192.0.2.0/24") }
        const renamed: Person = { id: bob.id, name: Username.make("robert") }
        const said = (sanction: Record.Sanction): Record.Change => ({ type: "Sanctioned", sanction })
        for (const [subject, again] of [
          [{ user: bob }, { user: renamed }],
          [range, range],
        ] as const) {
          for (const kind of ["ban", "mute"] as const) {
            const last = { ...sanction(kind, again, 99), by: cat, reason: "spam" }
            yield* store.change(id, [said(sanction(kind, subject)), said(last)])
            const record = Option.getOrThrow(yield* store.get(id))
            assert.deepStrictEqual(record.sanctions.get(Record.sanctionKey(kind, subject)), last)
            yield* store.change(id, [said(sanction(kind, subject))])
            const forGood = Option.getOrThrow(yield* store.get(id))
            assert.deepStrictEqual(forGood.sanctions.get(Record.sanctionKey(kind, subject)), sanction(kind, subject))
          }
        }
        yield* store.change(id, [
          { type: "Role", user: bob, role: "member" },
          { type: "Role", user: renamed, role: "owner" },
        ])
        const { roles, sanctions } = Option.getOrThrow(yield* store.get(id))
        assert.deepStrictEqual([...roles], [[bob.id, { user: renamed, role: "owner" }]])
        assert.strictEqual(sanctions.size, 4)
      }),
    )

    test(
      "gives a name free when its channel is called something else, and no name twice",
      Effect.fnUntraced(function* (store) {
        yield* store.create(channel("den"))
        yield* store.create(channel("attic"))
        const rename = (text: string) =>
          store.change(ChannelId.make("id-den"), [{ type: "Renamed", name: name(text), at: 9 }], act("rename"))
        assert.strictEqual((yield* Effect.flip(rename("attic"))).reason, "Exists")
        assert.lengthOf(yield* store.audit(ChannelId.make("id-den"), everything), 0)
        yield* rename("den")
        yield* rename("cellar")
        assert.isUndefined(yield* found(store, "den"))
        yield* store.create(channel("den", { id: ChannelId.make("new") }))
        assert.strictEqual((yield* found(store, "den"))!.id, ChannelId.make("new"))
        assert.strictEqual((yield* found(store, "cellar"))!.id, ChannelId.make("id-den"))
      }),
    )

    test(
      "changes all or nothing, its note of it included",
      Effect.fnUntraced(function* (store) {
        yield* store.create(channel("den"), act("create"))
        yield* store.create(channel("attic"))
        const id = ChannelId.make("id-den")
        const before = yield* found(store, "den")
        const both = store.change(
          id,
          [
            { type: "Role", user: bob, role: "owner" },
            { type: "Renamed", name: name("attic"), at: 9 },
          ],
          act("rename"),
        )
        assert.strictEqual((yield* Effect.flip(both))._tag, "ChannelStoreError")
        assert.deepStrictEqual(yield* found(store, "den"), before)
        assert.lengthOf(yield* store.audit(id, everything), 1)
      }),
    )

    test(
      "keeps an audit log for each channel, the latest first, in pages",
      Effect.fnUntraced(function* (store) {
        yield* store.create(channel("den"), act("create"))
        yield* store.create(channel("attic"), act("create", { by: bob }))
        const id = ChannelId.make("id-den")
        yield* store.change(id, [], act("kick", { whom: bob, detail: "noise", timestamp: 9 }))
        yield* store.change(id, [{ type: "Topic", topic: Topic.make("tea") }], act("topic", { detail: "tea" }))
        yield* store.change(id, [{ type: "Topic", topic: Topic.make("coffee") }])
        const all = yield* store.audit(id, everything)
        assert.deepStrictEqual(all, [
          { number: 3, ...act("topic", { detail: "tea" }) },
          { number: 2, ...act("kick", { whom: bob, detail: "noise", timestamp: 9 }) },
          { number: 1, ...act("create") },
        ])
        assert.deepStrictEqual(yield* store.audit(id, { limit: 2 }), all.slice(0, 2))
        assert.deepStrictEqual(yield* store.audit(id, { before: 2, limit: 2 }), all.slice(2))
      }),
    )

    test(
      "keeps of the audit log the latest of each kind: many of one push out none of another",
      Effect.fnUntraced(function* (store) {
        yield* store.create(channel("den"), act("create"))
        const id = ChannelId.make("id-den")
        yield* store.change(id, [], act("ban", { whom: bob }))
        for (let n = 0; n < maxAudit + 5; n++) yield* store.change(id, [], act("topic", { detail: `${n}` }))
        const all = yield* store.audit(id, { limit: 2 * maxAudit })
        assert.deepStrictEqual(
          all.filter(({ action }) => action !== "topic").map(({ action, number }) => [number, action]),
          [
            [2, "ban"],
            [1, "create"],
          ],
        )
        assert.strictEqual(all[0]!.detail, `${maxAudit + 4}`)
        assert.lengthOf(all, maxAudit + 2)
        assert.deepStrictEqual(
          (yield* store.audit(id, { before: 8, limit: 3 })).map(({ number }) => number),
          [2, 1],
        )
      }),
    )

    test(
      "removes a channel with all that is known of it; its name and its place are free again",
      Effect.fnUntraced(function* (store) {
        const maker = { key: "ann", quota: 2 }
        const made = channel("den", { maker, access: "private" })
        yield* store.create(made, act("create"))
        yield* store.create(channel("attic", { maker }))
        yield* store.change(made.id, [{ type: "Sanctioned", sanction: sanction("ban", { user: bob }) }], act("ban"))
        assert.strictEqual((yield* Effect.flip(store.create(channel("hall", { maker })))).reason, "Quota")
        yield* store.remove(made.id)
        yield* store.remove(ChannelId.make("nothing"))
        assert.isUndefined(yield* found(store, "den"))
        assert.isTrue(Option.isNone(yield* store.get(made.id)))
        assert.deepStrictEqual(yield* store.audit(made.id, everything), [])
        assert.deepStrictEqual(names(yield* store.list({ for: "everybody", limit: 9 })), ["attic"])
        yield* store.create(channel("den", { maker, id: ChannelId.make("another") }))
        assert.strictEqual((yield* found(store, "den"))!.sanctions.size, 0)
      }),
    )

    test(
      "counts what somebody has made: archived channels do not count, and are not without end",
      Effect.fnUntraced(function* (store) {
        const maker = { key: "ann", quota: 1 }
        const archive = (text: string) =>
          store.change(ChannelId.make(`id-${text}`), [{ type: "Configured", archived: true }])
        for (let n = 1; n <= 9; n++) {
          yield* store.create(channel(`c${n}`, { maker }))
          assert.strictEqual((yield* Effect.flip(store.create(channel("more", { maker })))).reason, "Quota")
          yield* archive(`c${n}`)
        }
        yield* store.create(channel("c10", { maker }))
        yield* archive("c10")
        assert.strictEqual((yield* Effect.flip(store.create(channel("more", { maker })))).reason, "Quota")
        // Others are not concerned, and who is not limited is not.
        yield* store.create(channel("more", { maker: { key: "bob", quota: 1 } }))
        yield* store.create(channel("and", { maker: { key: "ann", quota: undefined } }))
      }),
    )

    test(
      "opens an archived channel again where there is room, and counts it for who opens it",
      Effect.fnUntraced(function* (store) {
        const ann = { key: "ann", quota: 1 }
        const configure = (text: string, archived: boolean, maker?: Record.Maker) =>
          store.change(ChannelId.make(`id-${text}`), [{ type: "Configured", archived, maker }])
        const reason = <A>(trying: Effect.Effect<A, ChannelStoreError>) =>
          Effect.map(Effect.flip(trying), (error) => error.reason)
        for (let n = 1; n <= 10; n++) {
          yield* store.create(channel(`c${n}`, { maker: ann }))
          if (n < 10) yield* configure(`c${n}`, true)
        }
        assert.strictEqual(yield* reason(configure("c1", false, ann)), "Quota")
        assert.isTrue((yield* found(store, "c1"))!.archived)
        yield* configure("c10", true)
        // It is one of the ten already.
        yield* configure("c1", false, ann)
        assert.strictEqual(yield* reason(configure("c2", false, ann)), "Quota")
        // Nobody is counted where the channel is not opened by this.
        yield* configure("c1", false)
        yield* configure("c2", false, { key: "bob", quota: 1 })
        assert.strictEqual(yield* reason(store.create(channel("bobs", { maker: { key: "bob", quota: 1 } }))), "Quota")
        yield* configure("c1", true)
        yield* store.create(channel("c11", { maker: ann }))
      }),
    )

    test(
      "knows that a channel was not used, until it is",
      Effect.fnUntraced(function* (store) {
        yield* store.create(channel("den", { unused: true }))
        assert.isTrue((yield* found(store, "den"))!.unused)
        yield* store.change(ChannelId.make("id-den"), [{ type: "Used" }])
        assert.isFalse((yield* found(store, "den"))!.unused)
      }),
    )

    test(
      "lists channels by name: no archived ones, private ones only for those in them",
      Effect.fnUntraced(function* (store) {
        yield* store.create(channel("c", { topic: Topic.make("sea") }))
        yield* store.create(channel("a", { access: "private" }))
        yield* store.create(channel("b", { access: "readonly" }))
        yield* store.create(channel("d"))
        yield* store.change(ChannelId.make("id-d"), [{ type: "Configured", archived: true }])
        const direct = Direct.between(ann.id, bob.id)
        yield* store.change(ChannelId.make(direct), [{ type: "Sanctioned", sanction: sanction("ban", { user: bob }) }])
        const list = (whom: Parameters<typeof store.list>[0]["for"], after?: string) =>
          Effect.map(store.list({ for: whom, limit: 2, ...(after === undefined ? {} : { after: name(after) }) }), names)
        assert.deepStrictEqual(yield* list("everybody"), ["a", "b"])
        assert.deepStrictEqual(yield* list("everybody", "b"), ["c"])
        assert.deepStrictEqual(yield* list("strangers"), ["b", "c"])
        assert.deepStrictEqual(yield* list({ user: bob.id }), ["b", "c"])
        assert.deepStrictEqual(yield* list({ user: ann.id }), ["a", "b"])
        assert.deepStrictEqual(yield* store.list({ for: "strangers", after: name("b"), limit: 9 }), [
          {
            id: ChannelId.make("id-c"),
            name: name("c"),
            topic: Topic.make("sea"),
            access: "public",
            archived: false,
          },
        ])
        const all = yield* store.list({ for: "everybody", archived: true, limit: 9 })
        assert.deepStrictEqual(
          all.map(({ access, archived, name }) => [String(name), access, archived]),
          [
            ["a", "private", false],
            ["b", "readonly", false],
            ["c", "public", false],
            ["d", "public", true],
          ],
        )
        const among = (...some: ReadonlyArray<string>) =>
          Effect.map(store.list({ for: "strangers", limit: 9, scope: { channels: some.map(name), since: 8 } }), names)
        assert.deepStrictEqual(yield* among("c", "a", "d", "x"), ["c"])
        assert.deepStrictEqual(yield* among("c", "b"), ["b", "c"])
        assert.deepStrictEqual(yield* among(), [])
        // Whoever named it meant the one that had the name then.
        yield* store.change(ChannelId.make("id-c"), [{ type: "Renamed", name: name("e"), at: 9 }])
        assert.deepStrictEqual(yield* among("b", "e"), ["b"])
        const readable = yield* store.readable(bob.id, [ChannelId.make("id-b"), ChannelId.make("id-c")], 0)
        assert.deepStrictEqual(
          readable.map(({ name, renamedAt }) => [String(name), renamedAt]),
          [
            ["b", undefined],
            ["e", 9],
          ],
        )
        assert.strictEqual(Option.getOrThrow(yield* store.find(name("e"))).renamedAt, 9)
      }),
    )

    test(
      "lists channels in the order of the letters' codes",
      Effect.fnUntraced(function* (store) {
        for (const text of ["b", "Zed", "a", "éa", "a-1", "A2"]) yield* store.create(channel(text))
        const listed = names(yield* store.list({ for: "everybody", limit: 9 }))
        assert.deepStrictEqual(listed, ["A2", "Zed", "a", "a-1", "b", "éa"])
      }),
    )

    test(
      "knows which channels somebody may read",
      Effect.fnUntraced(function* (store) {
        yield* store.create(channel("open"))
        yield* store.create(channel("shut", { access: "private" }))
        yield* store.create(channel("banned"))
        const ban = (id: string, user: Person, until?: number) =>
          store.change(ChannelId.make(id), [{ type: "Sanctioned", sanction: sanction("ban", { user }, until) }])
        yield* ban("id-banned", bob, 10)
        // Neither of these keeps anybody from reading.
        yield* store.change(ChannelId.make("id-open"), [
          { type: "Sanctioned", sanction: sanction("mute", { user: bob }) },
          { type: "Sanctioned", sanction: sanction("ban", { address: AddressRange.make("192.0.2.0/24") }) },
          { type: "Sanctioned", sanction: sanction("ban", { user: cat }) },
        ])
        const [quiet, loud] = [Direct.between(ann.id, bob.id), Direct.between(cat.id, bob.id)]
        yield* ban(quiet, bob)
        const ids = ["id-open", "id-shut", "id-banned", "id-nothing", quiet, loud].map((id) => ChannelId.make(id))
        const readable = (user: Person, now: number) => Effect.map(store.readable(user.id, ids, now), names)
        // A block keeps nobody from reading: the conversation is both's.
        assert.deepStrictEqual(yield* readable(bob, 9), ["open", quiet, loud])
        assert.deepStrictEqual(yield* readable(bob, 10), ["open", "banned", quiet, loud])
        assert.deepStrictEqual(yield* readable(ann, 9), ["open", "shut", "banned", quiet, loud])
        assert.deepStrictEqual(yield* store.readable(ann.id, [], 9), [])
      }),
    )

    test(
      "has a record of every direct conversation, with its blocks",
      Effect.fnUntraced(function* (store) {
        const direct = Direct.between(ann.id, bob.id)
        const id = ChannelId.make(direct)
        const untouched = Option.getOrThrow(yield* store.find(direct))
        assert.deepStrictEqual(untouched, Record.direct(direct))
        const block = (user: Person, of: Person, until?: number) =>
          store.change(ChannelId.make(Direct.between(user.id, of.id)), [
            { type: "Sanctioned", sanction: { ...sanction("ban", { user: of }, until), by: user } },
          ])
        yield* block(ann, cat)
        yield* block(ann, bob)
        yield* block(bob, ann)
        yield* block(ann, person("eve"), 5)
        yield* store.create(channel("den"))
        yield* store.change(ChannelId.make("id-den"), [
          { type: "Sanctioned", sanction: sanction("ban", { user: person("dan") }) },
        ])
        // A mute is no block.
        yield* store.change(ChannelId.make(Direct.between(ann.id, person("fay").id)), [
          { type: "Sanctioned", sanction: sanction("mute", { user: person("fay") }) },
        ])
        assert.strictEqual(Option.getOrThrow(yield* store.get(id)).sanctions.size, 2)
        assert.deepStrictEqual(yield* store.blocked(ann.id, 5), [bob, cat])
        assert.deepStrictEqual(yield* store.blocked(ann.id, 4), [bob, cat, person("eve")])
        assert.deepStrictEqual(yield* store.blocked(bob.id, 5), [ann])
        yield* store.change(id, [{ type: "Pardoned", kind: "ban", subject: { user: bob } }])
        assert.deepStrictEqual(yield* store.blocked(ann.id, 5), [cat])
        yield* store.change(id, [{ type: "Pardoned", kind: "ban", subject: { user: ann } }])
        assert.deepStrictEqual(Option.getOrThrow(yield* store.find(direct)), untouched)
      }),
    )
  })
