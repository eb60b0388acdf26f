import { transport } from "../suites/transport.ts"
import { sse, sseInPieces } from "../suites/transportWorld.ts"

transport(sse)
transport(sseInPieces)
