import { transport } from "../suites/transport.ts"
import { byteByByte, memory } from "../suites/transportWorld.ts"

transport(memory)
transport(byteByByte)
