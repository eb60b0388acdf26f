const light = `--back: #ffffff; --panel: #f6f7f9; --text: #1b1f24; --soft: #5b6470; --line: #d9dde3; --grid: #e4e7ec;
  --measured: #eef5ee; --mark: #9a3412; --good: #17703c; --good-back: #e3f4e9; --bad: #b3261e; --bad-back: #fce8e6;
  --open: #6b5a00; --open-back: #faf3d1;
  --c1: #1f63c9; --c2: #c2410c; --c3: #0f7b55; --c4: #7c3aad; --c5: #8a6d00; --c6: #b3261e;`

const dark = `--back: #14171c; --panel: #1c2027; --text: #e6e8eb; --soft: #9aa4b0; --line: #333a44; --grid: #2a3039;
  --measured: #1a231d; --mark: #f0a37a; --good: #7ad39b; --good-back: #173424; --bad: #ff9a90; --bad-back: #45201d;
  --open: #e2cc6a; --open-back: #38310f;
  --c1: #6ba6ff; --c2: #ff9a5c; --c3: #4fce9c; --c4: #c79bff; --c5: #d8b84a; --c6: #ff8a80;`

/** How a page looks: on a large screen and a small one, by day, by night, and on paper. */
export const style = `
:root { color-scheme: light dark; ${light} }
@media (prefers-color-scheme: dark) { :root { ${dark} } }
:root.paper { ${light} }
@media print { :root { ${light} } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--text); font: 15px/1.5 system-ui, sans-serif;
  -webkit-text-size-adjust: 100%; overflow-wrap: anywhere; }
main { max-width: 1080px; margin: 0 auto; padding: 24px 20px 48px; }
h1 { font-size: 28px; line-height: 1.2; margin: 0 0 4px; }
h2 { font-size: 19px; margin: 36px 0 8px; }
h3 { font-size: 15px; margin: 18px 0 0; }
h3 small { font-weight: 400; color: var(--soft); }
p { margin: 4px 0; }
.soft { color: var(--soft); }
.verdict { border-left: 6px solid; border-radius: 6px; padding: 12px 16px; margin: 20px 0 12px; font-size: 20px; font-weight: 600; }
.verdict small { display: block; font-size: 14px; font-weight: 400; }
.good { color: var(--good); background: var(--good-back); border-color: var(--good); }
.bad { color: var(--bad); background: var(--bad-back); border-color: var(--bad); }
.open { color: var(--open); background: var(--open-back); border-color: var(--open); }
.promises { list-style: none; margin: 0; padding: 0; }
.promises li { display: grid; grid-template-columns: 9.5em 1fr; gap: 2px 14px; padding: 8px 0; border-bottom: 1px solid var(--line); }
.promises dl { margin: 0; display: flex; flex-wrap: wrap; gap: 0 18px; color: var(--soft); font-size: 14px; }
.promises dl div { display: flex; gap: 6px; }
.promises dt { flex: none; }
.promises dd { margin: 0; color: var(--text); }
.promises.two li { grid-template-columns: 1fr; }
.promises.two dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 300px), 1fr)); }
.pill { justify-self: start; align-self: start; border-radius: 99px; padding: 1px 10px; font-size: 13px; font-weight: 600; white-space: nowrap; }
.tiles { display: grid; grid-template-columns: repeat(4, 1fr); gap: 10px; margin: 16px 0; }
.tiles div { background: var(--panel); border-radius: 8px; padding: 10px 12px; }
.tiles b { display: block; font-size: 20px; font-weight: 600; line-height: 1.25; font-variant-numeric: tabular-nums; }
.tiles span { font-size: 13px; color: var(--soft); }
.graph { break-inside: avoid; }
.graph > div { width: 100%; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: 14px; overflow-wrap: break-word; font-variant-numeric: tabular-nums; }
.scroll > table { min-width: min(100%, 480px); }
.scroll th, .scroll td { padding: 4px 14px 4px 0; border-bottom: 1px solid var(--line); vertical-align: top; text-align: left; }
.scroll thead th { color: var(--soft); font-weight: 500; white-space: nowrap; }
.scroll tbody th { font-weight: 500; }
.figures td, .figures thead th:not(:first-child) { text-align: right; white-space: nowrap; }
.figures tbody th { min-width: 9em; }
.words tbody th { white-space: nowrap; color: var(--soft); }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 380px), 1fr)); gap: 0 40px; }
ul.plain { padding-left: 18px; margin: 6px 0; }
code { font: 13px/1.5 ui-monospace, monospace; background: var(--panel); border-radius: 4px; padding: 1px 5px; }
.better { color: var(--good); } .worse { color: var(--bad); }
.uplot { font-family: inherit; }
.uplot .u-legend { margin: 0 0 0 48px; text-align: left; font-size: 12.5px; color: var(--soft); font-variant-numeric: tabular-nums; }
.uplot .u-legend tbody { display: flex; flex-wrap: wrap; }
.uplot .u-legend tr:first-child { order: 9; }
.uplot .u-legend th { font-weight: 500; }
.uplot .u-legend .u-series > * { padding: 1px 2px; }
.uplot .u-legend .u-value { color: var(--text); min-width: 4.5em; }
.uplot .u-inline.u-live th::after { content: none; }
.uplot .u-legend .u-marker { width: 10px; height: 10px; border-radius: 2px; }
.uplot .u-hz .u-cursor-x, .uplot .u-vt .u-cursor-y { border-color: var(--soft); }
.uplot .u-hz .u-cursor-y, .uplot .u-vt .u-cursor-x { border-color: var(--soft); }
.uplot .u-select { background: color-mix(in srgb, var(--c1) 18%, transparent); }
footer { margin-top: 40px; color: var(--soft); font-size: 13px; }
@media (max-width: 560px) {
  main { padding: 16px 14px 36px; }
  h1 { font-size: 23px; }
  .promises li { grid-template-columns: 1fr; }
  .tiles { grid-template-columns: repeat(2, 1fr); }
}
@media print {
  body { font-size: 12px; }
  main { max-width: none; padding: 0; }
  h2, h3 { break-after: avoid; }
  .promises li, .tiles div, tr { break-inside: avoid; }
  .verdict, .pill, .tiles div { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
  .scroll { overflow: visible; }
  .scroll table { font-size: 11px; }
  .uplot .u-legend .u-value { display: none; }
}
`
