import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"

/** The same service; of each effect that it returns and that fails, `note` is told. */
export const noting = <Service extends object>(service: Service, note: (error: unknown) => void): Service => {
  const watched = (value: unknown): unknown =>
    Effect.isEffect(value) ? Effect.tapError(value, (error) => Effect.sync(() => note(error))) : value
  /** What a call returns may be an exit, which is an effect, too: whoever asked for one has it then, as it is. */
  const returned = (value: unknown): unknown => {
    if (!Exit.isExit(value)) return watched(value)
    if (Exit.isFailure(value)) for (const reason of value.cause.reasons) if (reason._tag === "Fail") note(reason.error)
    return value
  }
  const noted = Object.entries(service).map(([name, member]: [string, unknown]) => [
    name,
    typeof member === "function" ? (...args: ReadonlyArray<unknown>) => returned(member(...args)) : watched(member),
  ])
  // Each method has the type it had: only what it fails with was looked at.
  return { ...service, ...Object.fromEntries(noted) } as Service
}
