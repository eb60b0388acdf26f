/** The shape of the page while it is not known what is in it. index.html has the same, for the time before this is loaded. */
import { t } from "../../language.ts"

const widths = ["w60", "w80", "w45", "w70", "w55"]

export const Skeleton = () => (
  <div class="app" aria-busy="true">
    <div class="sidebar" aria-hidden="true">
      <p class="brand">Natter</p>
      {widths.map((width) => (
        <div class={`skeleton line ${width}`} />
      ))}
    </div>
    <main class="conversation">
      <h1 class="visually-hidden">Natter</h1>
      <p class="visually-hidden" role="status">
        {t.value.loading}
      </p>
      <TimelineSkeleton />
    </main>
  </div>
)

export const TimelineSkeleton = () => (
  <div class="skeletons" aria-hidden="true">
    {widths.map((width) => (
      <div class="skeleton-message">
        <div class="skeleton tile" />
        <div class="skeleton-lines">
          <div class="skeleton line w30" />
          <div class={`skeleton line ${width}`} />
        </div>
      </div>
    ))}
  </div>
)
