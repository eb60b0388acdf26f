import * as Data from "effect/Data"

/** Nobody there answers as they should, from the first try on: there is nothing to measure. */
export class LoadError extends Data.TaggedError("LoadError")<{
  readonly target: string
  /** In a few words, such as `refused`. */
  readonly reason: string
}> {
  override get message(): string {
    return `${this.target}: ${this.reason}`
  }
}
