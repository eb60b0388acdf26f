/** Files that there are before an operation on them is tried. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { asking } from "../http/asking.ts"
import type { Outcome } from "./Outcome.ts"
import { filesOverHttp } from "./fileDoors.ts"
import type { Before } from "./table.ts"

/** What is in them. */
export const tea = "tea"
/** No file is called so. */
export const nothing = "01935530-1b2c-7d3e-8f40-a1b2c3d4e5f6"

const done = (call: Effect.Effect<Outcome, unknown>) =>
  Effect.flatMap(call, (outcome) => ("answer" in outcome ? Effect.void : Effect.fail(outcome.refused)))

interface Sent {
  /** Default: ann. */
  readonly by?: string
  /** What has come of it. Default: all. */
  readonly come?: string
  /** Default: that olga is in. */
  readonly channel?: string
  /** As it was announced. */
  readonly sha256?: string
}

/** Somebody has sent a file, by a door that needs no session. */
export const sent =
  ({ by = "ann", come = tea, ...more }: Sent = {}): Before =>
  ({ channel: here, remember, server: { accounts, api } }) =>
    Effect.gen(function* () {
      const channel = more.channel ?? here
      const user = Option.getOrThrow(yield* accounts.find(by))
      const { token } = yield* accounts.issueToken(user)
      const authorized = { Authorization: `Bearer ${Redacted.value(token)}` }
      let file = nothing
      const noting: ReturnType<typeof asking> = (asked) =>
        Effect.tap(asking(api)(asked), ({ json }) =>
          Effect.sync(() => {
            if ("file" in json) file = json.file as string
          }),
        )
      const { appendUpload, startUpload } = filesOverHttp(noting, authorized)
      const hash = more.sha256 === undefined ? {} : { sha256: more.sha256 }
      yield* done(startUpload({ channel, name: "tea.txt", size: tea.length, ...hash }))
      if (come !== "") yield* done(appendUpload({ channel, file, offset: 0, text: come }))
      remember(file)
    })

/** A file that was sent and said. */
export const said =
  (by: string): Before =>
  (world) =>
    Effect.gen(function* () {
      const { accounts, hub } = world.server
      let file = nothing
      yield* sent({ by })({ ...world, remember: (id) => void (file = id) })
      const actions = yield* hub.as(Option.getOrThrow(yield* accounts.find(by)))
      yield* actions.publish(world.channel, "", { file })
      world.remember(file)
    })
