import * as Schema from "effect/Schema"

/** A benchmark could not be run, or what it measured does not work. The message is for people. */
export class BenchError extends Schema.TaggedError<BenchError>()("BenchError", { message: Schema.String }) {}
