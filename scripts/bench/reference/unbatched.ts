// What is written first by nearly everyone: each message is encoded once and written to every member at once.
import { serve } from "./Chapter.ts"

serve((frame, members) => {
  for (const member of members) member.write(frame)
})
