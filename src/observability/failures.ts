import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"

/** The same service; of each effect that it returns and that fails, `note` is told. */
export const noting = <Service extends object>(service: Service, note: (error: unknown) => void): Service => {
  const watched = (value: unknown): unknown => {
    // An exit is an effect, too, and whoever got it has it already: it stays what it is.
    if (Exit.isExit(value)) {
      if (Exit.isFailure(value)) for (const reason of value.cause.reasons) if (reason._tag === "Fail") note(reason.error)
      return value
    }
    return Effect.isEffect(value) ? Effect.tapError(value, (error) => Effect.sync(() => note(error))) : value
  }
  const noted = Object.entries(service).map(([name, member]: [string, unknown]) => [
    name,
    typeof member === "function" ? (...args: ReadonlyArray<unknown>) => watched(member(...args)) : watched(member),
  ])
  // Each method has the type it had: only what it fails with was looked at.
  return { ...service, ...Object.fromEntries(noted) } as Service
}
