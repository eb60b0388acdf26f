/** A result as JUnit's XML, as pipelines read it: each promise is a test. */
import type { Result } from "./Result.ts"

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\n": "&#10;",
  "\t": "&#9;",
}

/** Characters that no XML may have are left out. */
const escaped = (text: string): string =>
  text
    .toWellFormed()
    .replaceAll(/[^\t\n\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "")
    .replaceAll(/[&<>"\n\t]/g, (character) => entities[character]!)

export const make = ({ seconds, startedAt, target, verdicts, what, world }: Result): string => {
  const count = (holds: (typeof verdicts)[number]["holds"]) => verdicts.filter((one) => one.holds === holds).length
  const cases = verdicts.map(({ asked, found, holds, promise }) => {
    const message = escaped(`${found} (asked: ${asked})`)
    const outcome =
      holds === true
        ? `<system-out>${message}</system-out>`
        : holds === false
          ? `<failure message="${message}"/>`
          : `<skipped message="${message}"/>`
    return `    <testcase classname="${escaped(what.name)}" name="${escaped(promise)}" time="${seconds.toFixed(3)}">${outcome}</testcase>\n`
  })
  const counts = `tests="${verdicts.length}" failures="${count(false)}" errors="0" skipped="${count("not judged here")}"`
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
  <testsuite name="${escaped(what.name)}" ${counts} time="${seconds.toFixed(3)}" timestamp="${escaped(startedAt)}">
    <properties>
      <property name="world" value="${escaped(world)}"/>
      <property name="target" value="${escaped(target)}"/>
    </properties>
${cases.join("")}  </testsuite>
</testsuites>
`
}
