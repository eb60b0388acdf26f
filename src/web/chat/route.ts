/** The page's own addresses. */

export type Route =
  | { readonly tag: "Home" }
  | { readonly tag: "Channel"; readonly channel: string; readonly seq: number | undefined }
  /** An invitation to a channel. */
  | { readonly tag: "Join"; readonly code: string }
  /** An invitation to register. */
  | { readonly tag: "Invite"; readonly code: string }

const decoded = (part: string): string | undefined => {
  try {
    return decodeURIComponent(part)
  } catch {
    return undefined
  }
}

export const parse = (path: string): Route => {
  const [kind, first = "", second] = path.split("/").slice(1)
  const name = decoded(first)
  if (name === undefined || name === "") return { tag: "Home" }
  if (kind === "c") {
    const seq = /^[1-9]\d{0,15}$/.test(second ?? "") ? Number(second) : undefined
    return { tag: "Channel", channel: name, seq }
  }
  if (kind === "join") return { tag: "Join", code: name }
  if (kind === "invite") return { tag: "Invite", code: name }
  return { tag: "Home" }
}

/** `@` may stand in a path, and reads better. */
const encoded = (name: string): string => encodeURIComponent(name).replace(/^%40/, "@")

/** The address of a channel, or of a message there. */
export const pathOf = (channel: string, seq?: number): string =>
  `/c/${encoded(channel)}${seq === undefined ? "" : `/${seq}`}`

/** The address of an invitation to a channel. */
export const joinPathOf = (code: string): string => `/join/${encodeURIComponent(code)}`
