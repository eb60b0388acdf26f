/** Conditional requests: who has the state already is not sent it again. */
import { hash } from "node:crypto"

/** Names a state by what is said of it. Weak, since the same is said compressed and plain. */
export const tagOf = (content: Buffer | string): string => `W/"${hash("sha1", content, "base64url")}"`

/** Whether one of the tags that the client has is this. */
export const hasIt = (ifNoneMatch: string | undefined, tag: string): boolean => {
  if (ifNoneMatch === undefined) return false
  const opaque = tag.slice(2)
  return ifNoneMatch.split(",").some((one) => {
    const given = one.trim()
    return given === "*" || given === tag || given === opaque
  })
}
