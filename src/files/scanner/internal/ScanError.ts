import * as Data from "effect/Data"

/** A scanner could not say what a file is. */
export class ScanError extends Data.TaggedError("ScanError")<{ readonly problem: string; readonly cause?: unknown }> {}
