import * as Data from "effect/Data"

/** What is to be put under load cannot be started, or does not answer as it should: there is nothing to measure. */
export class LoadError extends Data.TaggedError("LoadError")<{
  readonly target: string
  /** In a few words, such as `refused`. */
  readonly reason: string
}> {
  override get message(): string {
    return `${this.target}: ${this.reason}`
  }
}
