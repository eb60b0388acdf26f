import { Activity, Crowd, Expectation, Incident, Scenario } from "../../src/scenario/index.ts"

const mebibyte = 1024 * 1024
const cuts = 20

/** At so many moments, a second between them. */
const cutAgain = (crowd: string, from: number) =>
  Array.from({ length: cuts }, (_, n) => Incident.at(`${from + n} seconds`, Incident.cut({ crowd })))

export default Scenario.make({
  name: "file-resume",
  about: "One large file, over connections that are cut twenty times on its way up and twenty times on its way down.",
  lasts: "75 seconds",
  settings: { "files.max-bytes": "4GiB", "files.quota": "8GiB" },
  crowds: [
    Crowd.of("sender", 1, {
      codec: "msgpack",
      does: [Activity.sendFile({ bytes: 64 * mebibyte, bytesPerSecond: 3 * mebibyte })],
    }),
    Crowd.of("reader", 1, { codec: "msgpack", does: [Activity.getFiles({ bytesPerSecond: 3 * mebibyte })] }),
  ],
  incidents: [...cutAgain("sender", 1), ...cutAgain("reader", 30)],
  holds: [
    Expectation.delivery,
    Expectation.files,
    Expectation.fileRate("download", { mebibytesPerSecond: 0.5 }),
    Expectation.noErrors({ except: ["ConnectionLost"] }),
  ],
})
