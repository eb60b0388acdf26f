// The Node limit for version 2: what was said in one turn of the event loop leaves in one shared buffer, by one write per
// member.
import { serve } from "./Sessions.ts"

serve((frames, members) => {
  const bytes = frames.length === 1 ? frames[0]! : Buffer.concat(frames)
  for (const member of members.keys()) member.write(bytes)
})
