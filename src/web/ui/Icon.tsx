/** Small drawings, on a field of 24. They say nothing by themselves: whoever shows one gives its button a name. */
const paths = {
  back: "M15 5l-7 7 7 7",
  bell: "M6 16V11a6 6 0 0112 0v5l2 2H4l2-2m4 4a2 2 0 004 0",
  chart: "M4 4v16h16M8 16v-4M12 16V8M16 16v-6",
  check: "M5 13l4 4L19 7",
  close: "M6 6l12 12M18 6L6 18",
  code: "M9 7l-5 5 5 5M15 7l5 5-5 5",
  copy: "M9 9h10v10H9zM5 15V5h10",
  calendar: "M4 6h16v14H4zM4 10h16M8 3v4M16 3v4",
  down: "M12 5v14M6 13l6 6 6-6",
  edit: "M4 20l1-4L16 5l3 3L8 19z",
  file: "M7 3h7l5 5v13H7zM14 3v5h5",
  gear: "M12 9a3 3 0 100 6 3 3 0 000-6zM12 3v3M12 18v3M3 12h3M18 12h3M5.6 5.6l2.2 2.2M16.2 16.2l2.2 2.2M18.4 5.6l-2.2 2.2M7.8 16.2l-2.2 2.2",
  info: "M12 4a8 8 0 100 16 8 8 0 000-16zM12 11v5M12 8v.01",
  link: "M10 14a4 4 0 006 0l3-3a4 4 0 00-6-6l-1 1M14 10a4 4 0 00-6 0l-3 3a4 4 0 006 6l1-1",
  lock: "M6 11h12v9H6zM8 11V8a4 4 0 018 0v3",
  menu: "M4 7h16M4 12h16M4 17h16",
  more: "M6 12h.01M12 12h.01M18 12h.01",
  out: "M14 4h5v16h-5M4 12h11M11 8l4 4-4 4",
  people: "M9 11a3 3 0 100-6 3 3 0 000 6zM3 20a6 6 0 0112 0M16 5a3 3 0 010 6M17 14a6 6 0 014 6",
  plus: "M12 5v14M5 12h14",
  quote: "M5 6v12M10 9h9M10 14h6",
  retry: "M19 12a7 7 0 11-2-5l2 2M19 4v5h-5",
  search: "M11 5a6 6 0 100 12 6 6 0 000-12zM16 16l4 4",
  send: "M4 12l16-7-6 15-3-6z",
  smile: "M12 4a8 8 0 100 16 8 8 0 000-16zM9 10v.01M15 10v.01M8.5 14a4.5 4.5 0 007 0",
  up: "M12 19V5M6 11l6-6 6 6",
  trash: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13",
} as const

export type IconName = keyof typeof paths

export const Icon = ({ name }: { readonly name: IconName }) => (
  <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
    <path d={paths[name]} />
  </svg>
)
