import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import type { UploadOptions } from "../../../src/client/Files.ts"
import { RequestError } from "../../../src/domain/RequestError.ts"
import type { Action } from "../../../src/terminal/Action.ts"
import { Transfers } from "../../../src/terminal/internal/transfers.ts"
import { type LocalFiles, LocalTrouble } from "../../../src/terminal/LocalFiles.ts"

const source = { name: "soup.png", size: 1000, read: () => Stream.empty }

const local: LocalFiles = {
  open: (path) =>
    path === "missing" ? Effect.fail(new LocalTrouble({ message: "there is none" })) : Effect.succeed(source),
  save: ({ name }) => Effect.succeed(name),
  complete: () => Effect.succeed([]),
}

/** What is dispatched and what the client is asked for, of a client that uploads so. */
const around = Effect.fnUntraced(function* (upload: (options: UploadOptions) => Effect.Effect<never, RequestError>) {
  const actions: Array<Action> = []
  const cancelled = Deferred.makeUnsafe<ReadonlyArray<string>>()
  const ended = Deferred.makeUnsafe<Action>()
  const client = {
    upload: (_channel: string, _source: unknown, options: UploadOptions) => upload(options),
    cancelUpload: (...given: ReadonlyArray<string>) => Deferred.succeed(cancelled, given),
  }
  const start = yield* FiberSet.makeRuntime<never, void, never>()
  const transfers = new Transfers({
    client: Effect.succeed(client as never),
    files: local,
    dispatch: (action) => {
      actions.push(action)
      if (action._tag === "TransferFailed") Deferred.doneUnsafe(ended, Effect.succeed(action))
    },
    start,
  })
  return { actions, cancelled, ended, transfers }
})

const send = { _tag: "SendFile", transfer: 1, channel: "lobby", path: "soup.png" } as const

describe("Transfers", () => {
  it.effect("takes back from the server what is cancelled", () =>
    Effect.gen(function* () {
      const begun = Deferred.makeUnsafe<void>()
      const { actions, cancelled, transfers } = yield* around(({ onStarted }) =>
        Effect.sync(() => onStarted?.("the-file")).pipe(
          Effect.andThen(Deferred.succeed(begun, undefined)),
          Effect.andThen(Effect.never),
        ),
      )
      transfers.handle(send)
      yield* Deferred.await(begun)
      transfers.handle({ _tag: "CancelTransfer", transfer: 1 })
      assert.deepStrictEqual(yield* Deferred.await(cancelled), ["lobby", "the-file"])
      assert.deepStrictEqual(
        actions.map(({ _tag }) => _tag),
        ["TransferBegun"],
      )
    }).pipe(Effect.scoped),
  )

  it.effect("tells how far it is, but not for every byte", () =>
    Effect.gen(function* () {
      const { actions, ended, transfers } = yield* around(({ onProgress }) =>
        Effect.gen(function* () {
          for (let bytes = 0; bytes <= 1000; bytes++) onProgress?.(bytes, 1000)
          yield* TestClock.adjust("1 second")
          onProgress?.(500, 1000)
          return yield* new RequestError({ reason: "FileTooLarge" })
        }),
      )
      transfers.handle(send)
      const failed = yield* Deferred.await(ended)
      assert.deepStrictEqual(failed, {
        _tag: "TransferFailed",
        transfer: 1,
        why: "The file is too large: make it smaller, or send it in parts",
      })
      const told = actions.flatMap((action) => (action._tag === "TransferMoved" ? [action.bytes] : []))
      assert.deepStrictEqual(told, [0, 1000, 500])
    }).pipe(Effect.scoped),
  )

  it.effect("says why a file here cannot be sent", () =>
    Effect.gen(function* () {
      const { ended, transfers } = yield* around(() => Effect.never)
      transfers.handle({ ...send, path: "missing" })
      assert.deepInclude(yield* Deferred.await(ended), { _tag: "TransferFailed", why: "there is none" })
    }).pipe(Effect.scoped),
  )
})
