/**
 * The script that draws the graphs of a page in the browser, in plain JavaScript. It only draws: which lines are in which
 * graph was decided by `charts.ts`, and is in the page as data.
 */
export const script = String.raw`
"use strict";
(() => {
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const { runs, charts, curves } = read("charts");
  const results = runs.map((_, index) => read("result-" + index));
  const root = document.documentElement;
  const colour = (name) => getComputedStyle(root).getPropertyValue("--" + name).trim();
  const font = (pixels) => pixels + "px system-ui, sans-serif";

  const figure = (value) => {
    if (value == null) return "–";
    const size = Math.abs(value);
    if (size >= 99.95 || value === 0) return Math.round(value).toLocaleString("en-GB");
    return String(Number(value.toPrecision(3)));
  };
  const two = (value) => String(value).padStart(2, "0");
  const time = (seconds, long) => {
    if (!long) return Number(seconds.toFixed(1)) + " s";
    const all = Math.abs(Math.round(seconds)), sign = seconds < 0 ? "-" : "";
    const hours = Math.floor(all / 3600), minutes = Math.floor(all / 60) % 60;
    return sign + (hours ? hours + ":" + two(minutes) : minutes) + ":" + two(all % 60);
  };

  // A line ends where nothing was measured for longer than it is otherwise from one point to the next.
  const withGaps = (points, shift) => {
    const steps = points.slice(1).map(([at], index) => at - points[index][0]).sort((a, b) => a - b);
    const usual = steps.length ? steps[Math.floor(steps.length / 2)] : 0;
    const xs = [], ys = [];
    points.forEach(([at, value], index) => {
      const last = index > 0 ? points[index - 1][0] : at;
      if (at - last > 2.5 * usual) { xs.push(last + usual - shift); ys.push(null); }
      xs.push(at - shift); ys.push(value);
    });
    return [xs, ys];
  };

  const join = (tables) => (tables.length === 1 ? tables[0] : uPlot.join(tables, tables.map(() => [0, 2])));
  const stroke = (line) => () => colour(line.colour);
  const seriesOf = (line, values) => ({
    label: line.label,
    stroke: stroke(line),
    width: line.dash ? 1.25 : 1.75,
    dash: line.dash ? [5, 3] : undefined,
    fill: line.fill ? () => colour(line.colour) + "22" : undefined,
    points: { show: line.points ? true : undefined, size: 4, fill: stroke(line) },
    paths: line.steps ? uPlot.paths.stepped({ align: 1 }) : undefined,
    value: (_, value) => values(value),
  });

  const axis = (more) => ({
    stroke: () => colour("soft"),
    grid: { stroke: () => colour("grid"), width: 1 },
    ticks: { stroke: () => colour("grid"), width: 1, size: 4 },
    font: font(11),
    ...more,
  });
  const powers = (_, ticks) => ticks.map((tick) => (Math.abs(Math.log10(tick) % 1) < 1e-9 ? tick : null));
  const height = (log) => {
    const { grid, ticks, ...rest } = axis({ values: (_, ticks) => ticks.map((tick) => (tick == null ? "" : figure(tick))), size: 56 });
    return log ? { ...rest, grid: { ...grid, filter: powers }, ticks: { ...ticks, filter: powers }, filter: powers } : { ...rest, grid, ticks };
  };

  // Where the measured part is, and what happened when; numbered as in the table below, named where there is room.
  const marks = (u) => {
    const { ctx, bbox } = u, ratio = devicePixelRatio;
    ctx.save();
    ctx.beginPath(); ctx.rect(bbox.left, bbox.top - 18 * ratio, bbox.width, bbox.height + 18 * ratio); ctx.clip();
    ctx.font = font(11 * ratio); ctx.textBaseline = "middle"; ctx.textAlign = "left";
    const places = runs.flatMap((run, index) => run.marks.map((mark) => ({ ...mark, run: index, x: u.valToPos(mark.at - run.shift, "x", true) })))
      .filter(({ x }) => x >= bbox.left - 1 && x <= bbox.left + bbox.width + 1).sort((a, b) => a.x - b.x);
    let free = bbox.left;
    for (const mark of places) {
      const hue = runs.length > 1 ? colour(runs[mark.run].colour) : colour("mark");
      ctx.strokeStyle = ctx.fillStyle = hue;
      ctx.lineWidth = ratio; ctx.setLineDash([3 * ratio, 3 * ratio]);
      ctx.beginPath(); ctx.moveTo(Math.round(mark.x) + 0.5, bbox.top); ctx.lineTo(Math.round(mark.x) + 0.5, bbox.top + bbox.height); ctx.stroke();
      const gap = 4 * ratio, right = bbox.left + bbox.width;
      const end = places.find(({ x }) => x > mark.x + 2)?.x ?? right;
      const wide = (text) => ctx.measureText(text).width;
      const whole = mark.name + " " + mark.label;
      // Behind its line, before it, or in short above it.
      const [text, left] = mark.x + wide(whole) + gap <= end ? [whole, mark.x]
        : mark.x - wide(whole) >= free + gap ? [whole, mark.x - wide(whole)]
        : [mark.name, Math.min(mark.x - wide(mark.name) / 2, right - wide(mark.name))];
      if (left < free) continue;
      ctx.fillText(text, left, bbox.top - 8 * ratio);
      free = left + wide(text) + gap;
    }
    ctx.restore();
  };
  const shade = (u) => {
    const { ctx, bbox } = u;
    ctx.save();
    ctx.beginPath(); ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height); ctx.clip();
    runs.forEach(({ measured, shift }) => {
      if (!measured) return;
      const [from, to] = measured.map((at) => u.valToPos(at - shift, "x", true));
      ctx.fillStyle = colour("measured");
      ctx.fillRect(from, bbox.top, to - from, bbox.height);
    });
    ctx.restore();
  };

  const plots = [];
  const put = (id, data, options) => {
    const place = document.getElementById(id);
    const size = () => ({ width: Math.max(240, Math.floor(place.clientWidth)), height: Number(place.dataset.height) });
    const plot = new uPlot({
      ...size(),
      padding: [options.hooks ? 20 : 10, 18, 0, 0],
      legend: { markers: { width: 0, fill: (u, index) => "var(--" + options.lines[index - 1].colour + ")" } },
      ...options,
    }, data, place);
    plots.push({ plot, place, size });
    new ResizeObserver(() => { const { width } = size(); if (width !== plot.width && !root.classList.contains("paper")) plot.setSize(size()); }).observe(place);
  };

  const all = charts.flatMap(({ lines }) => lines.flatMap(({ run, series }) =>
    results[run].series[series].points.map(([at]) => at - runs[run].shift)));
  const from = all.reduce((a, b) => Math.min(a, b), Infinity), to = all.reduce((a, b) => Math.max(a, b), -Infinity);
  const long = to - from > 180;
  const seconds = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400];

  for (const chart of charts) {
    const scaled = (values) => values.map((value) => (value == null ? value : Math.max(value * chart.factor, chart.least ?? -Infinity)));
    const [xs, ...ys] = join(chart.lines.map(({ run, series }) => withGaps(results[run].series[series].points, runs[run].shift)));
    const value = (shown) => (shown == null ? "" : figure(shown) + chart.suffix);
    put(chart.id, [xs, ...ys.map(scaled)], {
      lines: chart.lines,
      cursor: { y: false, sync: { key: "time", scales: ["x", null] }, drag: { x: true, y: false } },
      scales: {
        x: { time: false, range: (_, low, high) => (low == null ? [from, to] : low === xs[0] && high === xs.at(-1) ? [from, to > from ? to : from + 1] : [low, high]) },
        y: chart.log ? { distr: 3 } : { range: (_, low, high) => [Math.min(0, low ?? 0), high > 0 ? high * 1.08 : 1] },
      },
      axes: [
        axis({ values: (_, ticks) => ticks.map((at) => time(at, long)), incrs: long ? seconds.slice(2) : [0.1, 0.2, 0.5, ...seconds], size: 26, space: 64 }),
        height(chart.log),
      ],
      series: [{ label: " ", value: (_, at) => (at == null ? "" : time(at, long)) }, ...chart.lines.map((line) => seriesOf(line, value))],
      hooks: { drawClear: [shade], draw: [marks] },
    });
  }

  const share = (nines) => {
    const parts = 100 * (1 - 10 ** -nines);
    return Number(parts.toFixed(Math.max(0, Math.ceil(nines) - 1))) + " %";
  };
  for (const curve of curves) {
    const data = join(curve.lines.map(({ points }) => [points.map(([nines]) => nines), points.map(([, value]) => value)]));
    const most = Math.max(1, ...data[0]);
    const marked = [0, Math.log10(2), 1, 2, 3, 4, 5, 6, 7, 8];
    put(curve.id, data, {
      lines: curve.lines,
      scales: { x: { time: false, range: (_, low, high) => (high - low < most ? [low ?? 0, high ?? most] : [0, most]) }, y: { distr: 3 } },
      axes: [
        axis({ splits: (u, __, low, high) => marked.filter((at) => at >= low && at <= high && (Number.isInteger(at) || u.width > 200 * (high - low))), values: (_, ticks) => ticks.map(share), size: 26 }),
        height(true),
      ],
      series: [{ label: " ", value: (_, nines) => (nines == null ? "" : share(nines)) },
        ...curve.lines.map((line) => ({ ...seriesOf(line, (shown) => (shown == null ? "" : figure(shown) + " ms")), spanGaps: true, points: { show: false } }))],
    });
  }

  const redraw = () => plots.forEach(({ plot }) => plot.redraw(false));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  // Paper is white, and as wide as it is.
  addEventListener("beforeprint", () => {
    root.classList.add("paper");
    plots.forEach(({ plot, size }) => { plot.setSize({ ...size(), width: 710 }); plot.redraw(false); });
  });
  addEventListener("afterprint", () => {
    root.classList.remove("paper");
    plots.forEach(({ plot, size }) => { plot.setSize(size()); plot.redraw(false); });
  });
})();
`
