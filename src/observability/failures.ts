import * as Effect from "effect/Effect"

/** The same service; of each effect that it returns and that fails, `note` is told. */
export const noting = <Service extends object>(service: Service, note: (error: unknown) => void): Service => {
  const watched = (value: unknown): unknown =>
    Effect.isEffect(value) ? Effect.tapError(value, (error) => Effect.sync(() => note(error))) : value
  const noted = Object.entries(service).map(([name, member]: [string, unknown]) => [
    name,
    typeof member === "function" ? (...args: ReadonlyArray<unknown>) => watched(member(...args)) : watched(member),
  ])
  // Each method has the type it had: only what it fails with was looked at.
  return { ...service, ...Object.fromEntries(noted) } as Service
}
