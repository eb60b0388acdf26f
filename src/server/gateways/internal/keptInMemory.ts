/**
 * What the main thread keeps in memory, for those with the connections: each of their stores asks the one that is there.
 * What channels store does not go this way, since they run beside it.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import type * as Pull from "effect/Pull"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as AccountError from "../../../accounts/AccountError.ts"
import { AccountStore } from "../../../accounts/AccountStore.ts"
import type { AccountStoreShape } from "../../../accounts/AccountStoreShape.ts"
import { SigningKeys } from "../../../accounts/SigningKeys.ts"
import { ChannelStore } from "../../../channels/ChannelStore.ts"
import { ChannelStoreError } from "../../../channels/ChannelStoreError.ts"
import type { ChannelStoreShape } from "../../../channels/ChannelStoreShape.ts"
import { ChannelId } from "../../../domain/ChannelId.ts"
import { FileRecords } from "../../../files/FileRecords.ts"
import type { FileRecordsShape } from "../../../files/FileRecordsShape.ts"
import { FileStore } from "../../../files/FileStore.ts"
import { FileStoreError } from "../../../files/FileStoreError.ts"
import type { FileStoreShape } from "../../../files/FileStoreShape.ts"
import { History } from "../../../history/History.ts"
import { HistoryError } from "../../../history/HistoryError.ts"
import type { HistoryShape } from "../../../history/HistoryShape.ts"
import type { Outcome, StoreCall, ToMain } from "../questions.ts"
import type { Conversation } from "./Conversation.ts"
import { packOne, unpackOne } from "./packed.ts"

/** How each member of a store is had from there: "own" is what a thread has by itself, or does without. */
type Ways<Store> = { readonly [Name in keyof Store]-?: "call" | "effect" | "stream" | "streaming" | "own" }

const accounts: Ways<AccountStoreShape> = {
  add: "call",
  addInvite: "call",
  addToken: "call",
  announced: "own",
  audit: "call",
  ban: "call",
  bans: "effect",
  changes: "stream",
  demote: "call",
  find: "call",
  findIdentity: "call",
  findToken: "call",
  get: "call",
  getToken: "call",
  heed: "own",
  invites: "call",
  list: "call",
  note: "call",
  purge: "effect",
  rehash: "call",
  removeInvite: "call",
  revokeToken: "call",
  setDisabled: "call",
  setPassword: "call",
  setRole: "call",
  tokens: "call",
  touchToken: "call",
  unban: "call",
}

const keys: Ways<SigningKeys["Service"]> = { add: "call", list: "effect", remove: "call" }

const channels: Ways<ChannelStoreShape> = {
  audit: "call",
  blocked: "call",
  change: "call",
  create: "call",
  find: "call",
  get: "call",
  invited: "call",
  list: "call",
  readable: "call",
  remove: "call",
}

const records: Ways<FileRecordsShape> = {
  add: "call",
  change: "call",
  coming: "call",
  expired: "call",
  get: "call",
  identity: "effect",
  of: "call",
  remove: "call",
  usage: "call",
  used: "call",
}

const files: Ways<FileStoreShape> = {
  address: "own",
  append: "call",
  claim: "call",
  contents: "stream",
  drafts: "stream",
  drop: "call",
  keep: "call",
  owner: "effect",
  read: "streaming",
  readDraft: "streaming",
  remove: "call",
}

const history: Ways<HistoryShape> = {
  append: "call",
  appendUnsafe: "own",
  carried: "call",
  isOurs: "own",
  known: "call",
  load: "call",
  mark: "call",
  markers: "call",
  messages: "call",
  page: "call",
  prune: "call",
  remove: "call",
  search: "call",
  touch: "call",
}

/** Those with which they may be refused. */
const errors: Readonly<Record<string, new (fields: never) => unknown>> = {
  ...(AccountError as object),
  ChannelStoreError,
  FileStoreError,
  HistoryError,
}

/** Why it is so stays where it was logged. */
const failureOf = (error: unknown): Outcome => {
  const { _tag, cause: _, message: __, stack: ___, ...fields } = error as Error & { readonly _tag: string }
  return { error: _tag, fields: packOne(fields) }
}

const outcomeOf = <E>(call: Effect.Effect<unknown, E>): Effect.Effect<Outcome> =>
  Effect.match(call, { onFailure: failureOf, onSuccess: (value): Outcome => ({ value: packOne(value) }) })

const exitOf = (outcome: Outcome): Exit.Exit<unknown, unknown> => {
  if ("value" in outcome) return Exit.succeed(unpackOne(outcome.value))
  const Failure = errors[outcome.error]
  return Failure === undefined
    ? Exit.die(new Error(`${outcome.error} is no error of a store`))
    : Exit.fail(new Failure(unpackOne(outcome.fields) as never))
}

type Member = Effect.Effect<unknown, unknown> & Stream.Stream<unknown, unknown>
type Store = Readonly<Record<string, Member | ((...asked: ReadonlyArray<unknown>) => Member)>>

export type Stores = ReadonlyMap<string, Store>

/** Where it is kept elsewhere. */
export const nothing: Stores = new Map()

/** The stores of this thread, by name. */
export const here: Effect.Effect<Stores> = Effect.gen(function* () {
  const found = {
    accounts: yield* Effect.serviceOption(AccountStore),
    keys: yield* Effect.serviceOption(SigningKeys),
    channels: yield* Effect.serviceOption(ChannelStore),
    records: yield* Effect.serviceOption(FileRecords),
    files: yield* Effect.serviceOption(FileStore),
    history: yield* Effect.serviceOption(History),
  }
  return new Map(
    Object.entries(found).flatMap(([name, store]) =>
      store._tag === "Some" ? [[name, store.value as unknown as Store] as const] : [],
    ),
  )
})

/** Answers another thread, until the scope closes. */
export const answering = (stores: Stores) =>
  Effect.map(Effect.scope, (scope) => {
    // As many as files are read there, and a few more.
    const open = new Map<
      number,
      { readonly pull: Pull.Pull<ReadonlyArray<unknown>, unknown>; readonly own: Scope.Closeable }
    >()
    let last = 0
    const member = ({ asked, method, store }: StoreCall): Member => {
      const found = stores.get(store)![method]!
      return typeof found === "function" ? found(...asked.map(unpackOne)) : found
    }
    return {
      Call: (call: StoreCall) => outcomeOf(Effect.suspend(() => member(call))),
      Open: Effect.fnUntraced(function* (call: StoreCall) {
        const own = yield* Scope.fork(scope)
        const pull = yield* Scope.provide(Stream.toPull(member(call)), own)
        open.set(++last, { own, pull })
        return last
      }),
      Next: ({ stream }: { readonly stream: number }) =>
        Effect.suspend((): Effect.Effect<Outcome | undefined> => {
          const next = open.get(stream)?.pull
          if (next === undefined) return Effect.undefined
          return Effect.catchIf(
            Effect.map(next, (value): Outcome | undefined => ({ value: packOne(value) })),
            Cause.isDone,
            () => Effect.undefined,
          ).pipe(Effect.catch((error) => Effect.succeed(failureOf(error))))
        }),
      Close: ({ stream }: { readonly stream: number }) =>
        Effect.suspend(() => {
          const own = open.get(stream)?.own
          open.delete(stream)
          return own === undefined ? Effect.void : Scope.close(own, Exit.void)
        }),
    }
  })

type Main = Conversation<ToMain>

/** A store whose members ask that of the main thread. */
const over = <Shape>(main: Main, store: string, ways: Ways<Shape>): Shape => {
  const asking = (method: string, asked: ReadonlyArray<unknown>): StoreCall => ({
    store,
    method,
    asked: asked.map(packOne),
  })
  // Where it does not answer the whole program ends.
  const call = (method: string, asked: ReadonlyArray<unknown>) =>
    Effect.flatMap(Effect.orDie(Effect.suspend(() => main.ask("Call", asking(method, asked)))), exitOf)
  const stream = (method: string, asked: ReadonlyArray<unknown>) =>
    Stream.fromPull(
      Effect.map(
        Effect.acquireRelease(Effect.orDie(Effect.suspend(() => main.ask("Open", asking(method, asked)))), (stream) =>
          Effect.sync(() => main.tell("Close", { stream })),
        ),
        (stream) =>
          Effect.flatMap(Effect.orDie(main.ask("Next", { stream })), (outcome) =>
            outcome === undefined ? Cause.done() : exitOf(outcome),
          ) as Pull.Pull<readonly [unknown, ...Array<unknown>], unknown>,
      ),
    )
  const members = Object.entries<Ways<Shape>[keyof Shape]>(ways).flatMap(
    ([name, way]): ReadonlyArray<readonly [string, unknown]> => {
      switch (way) {
        case "call":
          return [[name, (...asked: ReadonlyArray<unknown>) => call(name, asked)]]
        case "effect":
          return [[name, call(name, [])]]
        case "stream":
          return [[name, stream(name, [])]]
        case "streaming":
          return [[name, (...asked: ReadonlyArray<unknown>) => stream(name, asked)]]
        case "own":
          return []
      }
    },
  )
  return Object.fromEntries(members) as Shape
}

/** The stores of the main thread, in another. */
export const layer = (main: Main) =>
  Layer.mergeAll(
    Layer.succeed(AccountStore, over(main, "accounts", accounts)),
    Layer.succeed(SigningKeys, over(main, "keys", keys)),
    Layer.succeed(ChannelStore, over(main, "channels", channels)),
    Layer.succeed(FileRecords, over(main, "records", records)),
    Layer.succeed(FileStore, over(main, "files", files)),
    Layer.effect(
      History,
      Effect.gen(function* () {
        const there = over(main, "history", history)
        // All logs of a history in memory have an id that begins as its own does.
        const { history: id = "" } = yield* Effect.orDie(there.load(ChannelId.make("lobby"), 0))
        const beginning = id.slice(0, id.lastIndexOf("-") + 1)
        return History.of({ ...there, appendUnsafe: undefined, isOurs: (other) => other.startsWith(beginning) })
      }),
    ),
  )
