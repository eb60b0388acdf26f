// The Node limit: each message is encoded once, and all that arrived in one turn of the event loop leaves in one
// shared buffer, by one write per member.
import { whole } from "./Bare.ts"
import { serve } from "./Chapter.ts"
import type { Member } from "./Chapter.ts"

let frames: Array<Buffer> = []
let receivers: ReadonlyArray<Member> = []

const flush = (): void => {
  const bytes = whole(frames)
  frames = []
  for (const member of receivers) member.write(bytes)
}

serve((frame, members) => {
  receivers = members
  // `setImmediate` runs after every socket that is readable in this turn has been read.
  if (frames.push(frame) === 1) setImmediate(flush)
})
