import { transport } from "../suites/transport.ts"
import { encodedChannels } from "../suites/transportWorld.ts"

transport(encodedChannels)
