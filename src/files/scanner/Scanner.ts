/** Files are shown to scanners of the operator's choice before anybody may read them. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Semaphore from "effect/Semaphore"
import { FileScanner, type Scan } from "../FileScanner.ts"
import { commandScan } from "./internal/commandScan.ts"
import { httpScan } from "./internal/httpScan.ts"
import { ScanError } from "./internal/ScanError.ts"
import type { ScanSettings } from "./ScanSettings.ts"

/** Files that are scanned at once; others wait, whose time does not count. */
const atOnce = 4

/** What these settings ask of scanners; undefined where they name none. */
export const scanBy = ({ command, timeout, url }: ScanSettings): Scan | undefined => {
  const scanners = [...(command === "" ? [] : [commandScan(command)]), ...(url === "" ? [] : [httpScan(url)])]
  if (scanners.length === 0) return undefined
  const scanning = Semaphore.makeUnsafe(atOnce)
  const late = Effect.suspend(() =>
    Effect.fail(new ScanError({ problem: `the scanner did not end within ${Duration.format(timeout)}` })),
  )
  return (file, bytes) =>
    Effect.gen(function* () {
      // It is clean if all say so; who finds something ends it.
      for (const scan of scanners) {
        const verdict = yield* Effect.timeoutOrElse(scan(file, bytes), { duration: timeout, orElse: () => late })
        if (verdict !== "clean") return verdict
      }
      return "clean" as const
    }).pipe(
      Effect.catch((error) =>
        Effect.as(
          Effect.logWarning(`The file ${file.id} could not be scanned: ${error.problem}`, error),
          "unsure" as const,
        ),
      ),
      (scan) => scanning.withPermit(scan),
    )
}

/** The scanner that these settings name; what there is otherwise where they name none. */
export const layer = (settings: ScanSettings): Layer.Layer<never> => {
  const scan = scanBy(settings)
  return scan === undefined ? Layer.empty : Layer.succeed(FileScanner, scan)
}
