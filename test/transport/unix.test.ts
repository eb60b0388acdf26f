import { transport } from "../suites/transport.ts"
import { unix } from "../suites/unixWorld.ts"

transport(unix)
