// What is kept of files, when all that nobody refers to has gone.
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { FileStore } from "../../src/files/FileStore.ts"
import { defaults, type ServerSettings } from "../../src/server/ServerSettings.ts"
import { CrashError } from "./CrashError.ts"
import { filesOn } from "./files/stores.ts"
import type { Finding } from "./Judge.ts"
import { carriersOf } from "./FileJudge.ts"
import type { Record } from "./Record.ts"

/** Later than any file expires that no message carries. */
const later = Duration.toMillis(Duration.days(30))

/** The date of another day, on which time passes as it does. */
const ahead = Effect.map(Clock.Clock, (clock): Clock.Clock => {
  const millis = () => clock.currentTimeMillisUnsafe() + later
  const nanos = () => clock.currentTimeNanosUnsafe() + BigInt(later) * 1_000_000n
  return {
    monotonicTimeNanosUnsafe: () => clock.monotonicTimeNanosUnsafe(),
    monotonicTimeNanos: clock.monotonicTimeNanos,
    sleep: (time) => clock.sleep(time),
    currentTimeMillisUnsafe: millis,
    currentTimeMillis: Effect.sync(millis),
    currentTimeNanosUnsafe: nanos,
    currentTimeNanos: Effect.sync(nanos),
  }
})

export interface Kept {
  readonly data: string
  /** Of its Postgres server; where there is none it is in the folder. */
  readonly postgres: string | undefined
}

const settingsOf = ({ data, postgres }: Kept): ServerSettings => ({
  ...defaults,
  data,
  storage:
    postgres === undefined
      ? defaults.storage
      : {
          ...defaults.storage,
          kind: "postgres",
          postgres: { ...defaults.storage.postgres, url: Redacted.make(postgres) },
        },
})

/** Nobody runs on it any more. What expires goes now; drafts that are left then, and contents that no message has, are found. */
export const find = Effect.fnUntraced(function* (kept: Kept, record: Pick<Record, "kept">) {
  const wanted = new Set(
    [...record.kept.values()].flatMap((entries) => carriersOf(entries)).map((one) => one.file.sha256),
  )
  const left = Effect.gen(function* () {
    const { contents, drafts } = yield* FileStore
    const found = (yield* Stream.runCollect(drafts)).map((id) => `the draft ${id}`)
    for (const content of yield* Stream.runCollect(contents))
      if (!wanted.has(content)) found.push(`the content ${content}`)
    return found
  })
  return yield* left.pipe(
    Effect.tap(({ length }) => (length === 0 ? Effect.void : Effect.sleep("50 millis"))),
    // It is being swept.
    Effect.repeat({ until: ({ length }) => length === 0 }),
    Effect.timeoutOrElse({ duration: "30 seconds", orElse: () => left }),
    Effect.map((found) => found.map((what): Finding => ({ kind: "Left", what }))),
    Effect.scoped,
    Effect.provide(filesOn(settingsOf(kept))),
    Effect.provideServiceEffect(Clock.Clock, ahead),
    Effect.mapError(
      (error) => new CrashError({ message: `what is left of files can't be looked at: ${String(error)}` }),
    ),
  )
})
