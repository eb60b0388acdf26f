import { transport } from "../suites/transport.ts"
import { inMessages } from "../suites/transportWorld.ts"

transport(inMessages)
