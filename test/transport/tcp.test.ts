import { transport } from "../suites/transport.ts"
import { tcp } from "../suites/transportWorld.ts"

transport(tcp)
