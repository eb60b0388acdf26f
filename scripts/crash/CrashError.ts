import * as Data from "effect/Data"

/** The run itself could not go on: not a verdict on the service. */
export class CrashError extends Data.TaggedError("CrashError")<{ readonly message: string }> {}
