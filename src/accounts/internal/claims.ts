/** What an outside issuer says of somebody, whatever it calls that. */
import * as Predicate from "effect/Predicate"

/** The claim of this name; where there is none, a dot leads into one. */
export const claimAt = (claims: unknown, name: string): unknown => {
  if (!Predicate.isObject(claims)) return undefined
  if (Object.hasOwn(claims, name)) return (claims as Record<string, unknown>)[name]
  for (let dot = name.indexOf("."); dot !== -1; dot = name.indexOf(".", dot + 1)) {
    const group = name.slice(0, dot)
    if (Object.hasOwn(claims, group)) return claimAt((claims as Record<string, unknown>)[group], name.slice(dot + 1))
  }
  return undefined
}

/** Whether a claim is that, or a list with that in it. */
export const says = (claim: unknown, value: string): boolean =>
  claim === value || (Array.isArray(claim) && claim.includes(value))
