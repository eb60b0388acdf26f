import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Stream from "effect/Stream"

/** The same service; of each effect and stream that it returns and that fails, `note` is told. */
export const noting = <Service extends object>(service: Service, note: (error: unknown) => void): Service => {
  const noted = (error: unknown) => Effect.sync(() => note(error))
  const watched = (value: unknown): unknown => {
    if (Stream.isStream(value)) return Stream.tapError(value, noted)
    return Effect.isEffect(value) ? Effect.tapError(value, noted) : value
  }
  /** What a call returns may be an exit, which is an effect, too: whoever asked for one has it then, as it is. */
  const returned = (value: unknown): unknown => {
    if (!Exit.isExit(value)) return watched(value)
    if (Exit.isFailure(value)) for (const reason of value.cause.reasons) if (reason._tag === "Fail") note(reason.error)
    return value
  }
  const members = Object.entries(service).map(([name, member]: [string, unknown]) => [
    name,
    typeof member === "function" ? (...args: ReadonlyArray<unknown>) => returned(member(...args)) : watched(member),
  ])
  // Each method has the type it had: only what it fails with was looked at.
  return { ...service, ...Object.fromEntries(members) } as Service
}
