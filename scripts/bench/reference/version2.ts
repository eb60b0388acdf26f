// The Node limit for version 2: what was said in one turn of the event loop leaves in one write per member.
import { deliver } from "./joined.ts"
import { serve } from "./Sessions.ts"

serve(deliver)
