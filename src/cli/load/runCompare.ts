import * as Console from "effect/Console"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Runtime from "effect/Runtime"
import * as Schema from "effect/Schema"
import * as Stdio from "effect/Stdio"
import * as Comparison from "../../scenario/Comparison.ts"
import * as ComparisonText from "../../scenario/ComparisonText.ts"
import { Result } from "../../scenario/Result.ts"
import { usageError } from "./exit.ts"

export interface Flags {
  readonly a: string
  readonly b: string
  readonly html: Option.Option<string>
}

/** Only sets the exit code: the comparison has been printed. */
class BrokenPromise extends Data.TaggedError("BrokenPromise") {
  override readonly [Runtime.errorExitCode] = 1
  override readonly [Runtime.errorReported] = false
}

const decode = Schema.decodeUnknownEffect(Schema.fromJsonString(Result))

/** The result that a report carries as JSON. The page of a comparison carries two. */
const inPage = /<script type="application\/json" id="result-\d+">(.*?)<\/script>/gs

const read = Effect.fnUntraced(function* (file: string) {
  const fs = yield* FileSystem.FileSystem
  const refuse = (why: string) => usageError(`${file}: ${why}`)
  const text = yield* fs
    .readFileString(file)
    .pipe(Effect.mapError(() => refuse("cannot be read: give a file that --json or --html of a load command made")))
  const results = text.trimStart().startsWith("<") ? [...text.matchAll(inPage)].map(([, json]) => json!) : [text]
  if (results.length > 1) return yield* refuse("is a comparison: give the results themselves")
  return yield* decode(results[0]).pipe(
    Effect.mapError(() =>
      refuse("is not a result of a load, or one of another version of Natter: make it again with --json"),
    ),
  )
})

export const run = Effect.fnUntraced(function* ({ a, b, html }: Flags) {
  const comparison = Comparison.of(yield* read(a), yield* read(b))
  const { stdoutIsTerminal } = yield* Stdio.Stdio
  const colours = (yield* stdoutIsTerminal) && !process.env["NO_COLOR"]
  const columns = (yield* stdoutIsTerminal) ? process.stdout.columns || 80 : 120
  yield* Console.log(ComparisonText.lines(comparison, { colours, columns }).join("\n"))
  if (Option.isSome(html)) {
    const fs = yield* FileSystem.FileSystem
    const ComparisonReport = yield* Effect.promise(() => import("../../scenario/ComparisonReport.ts"))
    const page = yield* ComparisonReport.make(comparison)
    yield* fs
      .writeFileString(html.value, page)
      .pipe(Effect.mapError(() => usageError(`${html.value} cannot be written: choose another file`)))
  }
  if (Comparison.breaks(comparison)) return yield* new BrokenPromise()
})
