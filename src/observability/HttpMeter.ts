import { Counts } from "./Counts.ts"
import { Distribution } from "./Distribution.ts"
import { metrics } from "./metrics.ts"

/** Routes that are told apart: as many as the API declares. Beyond them they are one, `other`. */
const mostRoutes = 200

/** The requests of HTTP that were answered. */
export class HttpMeter {
  readonly requests = new Counts<readonly [method: string, route: string, status: string]>()
  readonly times = new Map<string, Distribution>()

  /** `route` is the pattern of a path, as `/api/v1/channels/:name`, never the path itself. */
  observe(method: string, route: string, status: number, seconds: number): void {
    const name = this.times.has(route) || this.times.size < mostRoutes ? route : "other"
    this.requests.add(method, name, `${status}`)
    let times = this.times.get(name)
    if (times === undefined) {
      this.times.set(name, (times = new Distribution(metrics.natter_http_request_seconds.bounds)))
    }
    times.observe(seconds)
  }
}
