import { transport } from "../suites/transport.ts"
import { memory } from "../suites/transportWorld.ts"

transport(memory)
