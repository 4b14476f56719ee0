"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const WORK = 0, WAIT = 1, HELD = 2, RETRY = 3, HIDDEN = 4;
  const ORDER = [WORK, HIDDEN, HELD, RETRY, WAIT];
  const STATUS = ["still running", "succeeded", "failed", "cancelled"];
  const GUTTER = 104, STRIP = 30, AXIS = 20, MAXROWS = 400;
  const tip = document.getElementById("tip"), said = document.getElementById("said"), own = document.getElementById("own");
  const view = { from: 0, to: 1 };
  let paint, colors;

  const time = t => {
    const s = t / 1e7, f = (v, u) => (v < 9.995 ? v.toFixed(2) : v < 99.95 ? v.toFixed(1) : Math.round(v).toLocaleString("en")) + u;
    return s === 0 ? "0 s" : s < 9.995e-4 ? f(s * 1e6, " µs") : s < 0.9995 ? f(s * 1e3, " ms") : s < 600 ? f(s, " s") : f(s / 60, " min");
  };

  const mark = t => {
    const s = t / 1e7, f = (v, u) => +v.toFixed(3) + u;
    return t === 0 ? "0" : s < 1e-3 ? f(s * 1e6, " µs") : s < 1 ? f(s * 1e3, " ms") : f(s, " s");
  };

  // Spans come as one row of numbers per lane: item, count, label, queued, start, length, work, delay, status, segments, then the segments.
  for (const line of data.timelines) {
    line.rows = line.lanes.map(lane => {
      const spans = [];
      for (let i = 0, n = lane.spans; i < n.length;) {
        const span = { item: n[i], count: n[i + 1], label: n[i + 2], queued: n[i + 3], start: n[i + 4], length: n[i + 5], work: n[i + 6], delay: n[i + 7], status: n[i + 8], parts: null };
        const parts = n[i + 9];
        span.parts = n.slice(i + 10, i + 10 + parts * (span.count > 1 ? 1 : 3));
        i += 10 + span.parts.length;
        spans.push(span);
      }
      return { name: lane.name, slot: lane.slot, elsewhere: lane.elsewhere, spans };
    });
    line.strips = 1 + !!line.queue.length + !!line.cpu.length + !!line.limits.length;
    line.sum = [0];
    for (let i = 0; i + 1 < line.hidden.length; i++) line.sum.push(line.sum[i] + line.hidden[i][1] * (line.hidden[i + 1][0] - line.hidden[i][0]));
  }

  const below = (list, at, key) => {
    let low = 0, high = list.length;
    while (low < high) { const mid = (low + high) >> 1; if (key(list[mid]) <= at) low = mid + 1; else high = mid; }
    return low - 1;
  };
  const integral = (line, at) => {
    const i = below(line.hidden, at, h => h[0]);
    if (i < 0) return 0;
    return line.sum[i] + line.hidden[i][1] * (Math.min(at, i + 1 < line.hidden.length ? line.hidden[i + 1][0] : line.hidden[i][0]) - line.hidden[i][0]);
  };

  // Calls give(from, to, phase, density of work, unobserved, density of delay) for each stretch of a call in which nothing changes.
  const pieces = (span, row, give) => {
    const end = span.start + span.length;
    let open = span.length, ran = 0, at = span.start;
    for (let i = 0; i < span.parts.length; i += 3) { open -= span.parts[i + 2]; if (span.parts[i] === WORK) ran += span.parts[i + 2]; }
    const share = (part, whole) => whole > 0 ? Math.min(1, Math.max(0, part / whole)) : 0;
    const unseen = row.slot || (ran > 0 && !row.elsewhere);
    const density = share(span.work - ran, open), inside = share(span.work, ran), delay = Math.min(share(span.delay, open), 1 - density);
    for (let i = 0; i < span.parts.length; i += 3) {
      const from = span.start + span.parts[i + 1], to = from + span.parts[i + 2];
      if (from > at) give(at, from, -1, density, unseen, delay);
      if (span.parts[i] === WORK) give(from, to, -1, inside, false, 1 - inside);
      else give(from, to, span.parts[i], 0, span.parts[i] === HIDDEN);
      at = to;
    }
    if (end > at) give(at, end, -1, density, unseen, delay);
  };

  const spread = (bins, width, scale, from, to, add) => {
    const a = Math.max(0, (from - scale.from) * scale.x), b = Math.min(width, (to - scale.from) * scale.x);
    for (let c = Math.floor(a); c < b; c++) {
      const part = Math.min(b, c + 1) - Math.max(a, c);
      if (part > 0) add(c * 5, part, c);
    }
  };

  const fill = (bins, ends, line, row, width, scale) => {
    const last = scale.from + width / scale.x;
    for (let s = Math.max(0, below(row.spans, scale.from, x => x.start)); s < row.spans.length; s++) {
      const span = row.spans[s];
      if (span.start > last) break;
      if (span.status !== 1) {
        const c = Math.floor((span.start + span.length - scale.from) * scale.x - 1e-6);
        if (c >= 0 && c < width) ends[c] = Math.max(ends[c], span.status === 2 ? 2 : 1);
      }
      if (span.count > 1) {
        spread(bins, width, scale, span.start, span.start + span.length, (c, part) => { for (let p = 0; p < 5; p++) bins[c + p] += part * span.parts[p] / span.length; });
        continue;
      }
      pieces(span, row, (from, to, phase, density, unseen, delay) => {
        if (phase >= 0 && !unseen) { spread(bins, width, scale, from, to, (c, part) => { bins[c + phase] += part; }); return; }
        spread(bins, width, scale, from, to, (c, part, column) => {
          let hidden = unseen ? 0 : part * (delay || 0);
          if (unseen) {
            const x0 = Math.max(from, scale.from + column / scale.x), x1 = Math.min(to, scale.from + (column + 1) / scale.x);
            hidden = x1 > x0 ? part * (1 - density) * (integral(line, x1) - integral(line, x0)) / (x1 - x0) : 0;
          }
          bins[c + WORK] += part * density;
          bins[c + HIDDEN] += hidden;
          bins[c + WAIT] += part * (1 - density) - hidden;
        });
      });
    }
  };

  const draw = (g, bins, width, left, top, height, whole) => {
    const floor = new Float32Array(width);
    for (const phase of ORDER) {
      g.fillStyle = paint[phase];
      let from = 0, y0 = -1, y1 = -1;
      const flush = to => { if (y1 > y0 && to > from) g.fillRect(left + from, top + height - y1, to - from, y1 - y0); };
      for (let c = 0; c < width; c++) {
        const part = bins[c * 5 + phase] / whole * height, a = Math.min(height, floor[c]);
        let b = Math.min(height, floor[c] + part);
        if (phase === WORK && part > 0.001 && b < 1) b = 1;
        if (Math.abs(a - y0) > 0.25 || Math.abs(b - y1) > 0.25) { flush(c); from = c; y0 = a; y1 = b; }
        floor[c] = b;
      }
      flush(width);
    }
  };

  const windowOf = line => {
    const whole = own.checked ? line.wall : line.whole;
    return { from: view.from * whole, to: view.to * whole };
  };

  const render = line => {
    const canvas = line.canvas, ratio = devicePixelRatio || 1, width = canvas.clientWidth;
    const rows = line.rows.length, area = rows > MAXROWS;
    line.rowHeight = area ? 0 : Math.max(2, Math.min(18, Math.floor(380 / Math.max(1, rows))));
    const lanes = area ? 160 : rows * line.rowHeight;
    line.lanesHeight = lanes;
    const height = lanes + line.strips * (STRIP + 6) + AXIS;
    canvas.style.height = height + "px";
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    const g = canvas.getContext("2d");
    g.scale(ratio, ratio);
    g.font = "11px ui-sans-serif,system-ui,sans-serif";
    const w = Math.max(1, Math.floor(width - GUTTER)), span = windowOf(line), scale = { from: span.from, x: w / (span.to - span.from) };
    line.scale = scale;
    const sum = new Float32Array(w * 5), cpu = new Float32Array(w), ends = new Uint8Array(w);
    g.fillStyle = colors("--idle");
    const shown = Math.max(0, Math.min(w, (line.wall - scale.from) * scale.x));
    g.fillRect(GUTTER, 0, shown, lanes);
    line.rows.forEach((row, i) => {
      const bins = new Float32Array(w * 5), marks = area ? ends : new Uint8Array(w);
      fill(bins, marks, line, row, w, scale);
      for (let c = 0; c < bins.length; c++) sum[c] += bins[c];
      if (row.elsewhere) for (let c = 0; c < w; c++) cpu[c] += bins[c * 5];
      if (area) return;
      const top = i * line.rowHeight, high = line.rowHeight - (line.rowHeight > 4 ? 2 : line.rowHeight > 2 ? 0.5 : 0);
      draw(g, bins, w, GUTTER, top, high, 1);
      part(g, row, scale, w, top, high);
      g.fillStyle = colors("--fail");
      for (let c = 0; c < w; c++) if (marks[c] === 2) { g.fillRect(GUTTER + c - 1, top, 3, high); }
      g.fillStyle = colors("--muted");
      if (line.rowHeight >= 11 || i % Math.ceil(14 / line.rowHeight) === 0) g.fillText(row.name.slice(0, 16), 0, top + Math.max(9, Math.min(line.rowHeight, 12) - 1), GUTTER - 8);
    });
    if (area) {
      draw(g, sum, w, GUTTER, 0, lanes, Math.max(1, line.peak));
      g.fillStyle = colors("--muted");
      g.fillText(rows + " lanes", 0, 11, GUTTER - 8);
      g.fillText("peak " + line.peak, 0, lanes - 2, GUTTER - 8);
    }
    const at = t => Math.max(GUTTER - 9, Math.min(GUTTER + w + 9, GUTTER + (t - scale.from) * scale.x));
    g.strokeStyle = colors("--fail");
    g.setLineDash([4, 3]);
    if (line.tail >= 0) g.strokeRect(at(line.tail), 0.5, at(line.wall) - at(line.tail) - 1, lanes - 1);
    if (line.bound >= 0) { g.beginPath(); g.moveTo(at(line.bound), 0); g.lineTo(at(line.bound), lanes + 6); g.stroke(); }
    g.setLineDash([]);
    strips(g, line, sum, cpu, w, lanes + 6, scale);
    axis(g, w, height - AXIS, lanes, scale, span);
  };

  // A hair's breadth between calls wide enough to be told apart.
  const part = (g, row, scale, w, top, high) => {
    g.fillStyle = colors("--ground");
    for (let s = Math.max(0, below(row.spans, scale.from, x => x.start)), left = w; s < row.spans.length && left > 0; s++, left--) {
      const end = (row.spans[s].start + row.spans[s].length - scale.from) * scale.x;
      if (end > w) break;
      if (end > 1 && row.spans[s].length * scale.x >= 4) g.fillRect(GUTTER + end - 0.8, top, 0.8, high);
    }
  };

  const strips = (g, line, sum, cpu, w, top, scale) => {
    const strip = (name, y, ceiling) => {
      g.fillStyle = colors("--muted");
      g.fillText(name, 0, y + 12, GUTTER - 8);
      g.fillText(ceiling, 0, y + 26, GUTTER - 8);
      g.strokeStyle = colors("--hidden1");
      g.setLineDash([4, 3]);
      g.beginPath(); g.moveTo(GUTTER, y + 0.5); g.lineTo(GUTTER + w, y + 0.5); g.stroke();
      g.setLineDash([]);
    };
    const bars = (style, y, level) => {
      g.fillStyle = style;
      for (let c = 0; c < w; c++) { const h = Math.min(STRIP, level(c) * STRIP); if (h > 0) g.fillRect(GUTTER + c, y + STRIP - h, 1, h); }
    };
    bars(colors("--strip"), top, c => (sum[c * 5] + sum[c * 5 + 1] + sum[c * 5 + 2] + sum[c * 5 + 3] + sum[c * 5 + 4]) / Math.max(1, line.peak));
    strip("in flight", top, "of " + line.peak);
    let y = top;
    // The most that a list of changes comes to in each column.
    const steps = (name, list, style) => {
      if (!list.length) return;
      y += STRIP + 6;
      const most = list.reduce((m, step) => Math.max(m, step[1]), 1);
      bars(style, y, c => {
        const from = scale.from + c / scale.x, to = from + 1 / scale.x;
        if (from > line.wall) return 0;
        let level = 0;
        for (let i = below(list, to, step => step[0]); i >= 0; i--) { level = Math.max(level, list[i][1]); if (list[i][0] <= from) break; }
        return level / most;
      });
      strip(name, y, "of " + Math.round(most));
    };
    steps("queued", line.queue, colors("--queue"));
    if (line.cpu.length) {
      y += STRIP + 6;
      for (let i = 1; i < line.cpu.length; i++) {
        const [a, from] = line.cpu[i - 1], [b, to] = line.cpu[i];
        if (b > a) spread(null, w, scale, a, b, (_, part, c) => { cpu[c] += part * (to - from) / (b - a); });
      }
      bars(paint[HIDDEN], y, c => cpu[c] / line.cores);
      bars(paint[WORK], y, c => Math.min(cpu[c], sum[c * 5]) / line.cores);
      strip("CPU", y, "of " + line.cores + (line.cores === 1 ? " core" : " cores"));
    }
    steps("limit", line.limits, colors("--strip"));
  };

  const axis = (g, w, y, lanes, scale, span) => {
    const least = (span.to - span.from) / Math.max(2, w / 110), power = Math.pow(10, Math.floor(Math.log10(least)));
    const step = [1, 2, 5, 10].map(f => f * power).find(s => s >= least) || power * 10;
    g.fillStyle = colors("--muted");
    g.strokeStyle = colors("--line");
    for (let t = Math.ceil(span.from / step) * step; t <= span.to; t += step) {
      const x = GUTTER + (t - scale.from) * scale.x, text = mark(Math.round(t)), room = g.measureText(text).width;
      g.globalAlpha = 0.6;
      g.beginPath(); g.moveTo(x + 0.5, 0); g.lineTo(x + 0.5, y + 4); g.stroke();
      g.globalAlpha = 1;
      g.fillText(text, Math.min(x - room / 2, GUTTER + w - room), y + 15);
    }
  };

  const describe = (line, row, span) => {
    if (span.count > 1) return span.count + " items from " + span.item + "\n" + time(span.length) + " together\n" + row.name;
    const label = span.label < 0 ? "" : " " + line.labels[span.label];
    let hidden = 0, held = 0;
    pieces(span, row, (from, to, phase, density, unseen, delay) => {
      hidden += unseen ? 0 : (delay || 0) * (to - from);
      if (unseen) hidden += (1 - density) * (integral(line, to) - integral(line, from));
      else if (phase === HELD || phase === RETRY) held += to - from;
    });
    return "item " + span.item + label + "\n" + time(span.length) + ": work " + time(span.work) + ", waiting " + time(Math.max(0, span.length - span.work - hidden - held)) +
      (held > 0 ? ", held back " + time(held) : "") + (hidden > 0 ? ", unattributed " + time(hidden) : "") +
      "\nqueued " + time(span.start - span.queued) + ", started at " + time(span.start) + (span.status === 1 ? "" : "\n" + STATUS[span.status]) + "\n" + row.name;
  };
  const show = (text, x, y) => {
    tip.textContent = text;
    tip.style.display = "block";
    const box = tip.getBoundingClientRect();
    tip.style.left = Math.max(4, Math.min(x + 14, innerWidth - box.width - 8)) + "px";
    tip.style.top = Math.max(4, y + 18 + box.height > innerHeight ? y - box.height - 10 : y + 18) + "px";
  };
  const redraw = () => data.timelines.forEach(render);
  let pending = 0;
  const soon = () => { pending ||= requestAnimationFrame(() => { pending = 0; redraw(); }); };
  const zoom = (factor, about) => {
    const size = Math.min(1, Math.max(1e-7, (view.to - view.from) * factor)), part = (about - view.from) / (view.to - view.from);
    view.from = Math.max(0, Math.min(1 - size, about - part * size));
    view.to = view.from + size;
    soon();
  };
  const pan = by => {
    const size = view.to - view.from;
    view.from = Math.max(0, Math.min(1 - size, view.from + by));
    view.to = view.from + size;
    soon();
  };
  const reset = () => { view.from = 0; view.to = 1; soon(); };

  const bind = line => {
    const canvas = line.canvas;
    let dragged = null, lane = 0, call = -1;
    const placeOf = e => view.from + Math.max(0, (e.clientX - canvas.getBoundingClientRect().left - GUTTER) / (canvas.clientWidth - GUTTER)) * (view.to - view.from);
    canvas.addEventListener("wheel", e => {
      if (e.shiftKey) pan((e.deltaY || e.deltaX) / 1000 * (view.to - view.from));
      else zoom(Math.exp(e.deltaY / 400), placeOf(e));
      e.preventDefault();
    }, { passive: false });
    canvas.addEventListener("pointerdown", e => { dragged = e.clientX; canvas.setPointerCapture(e.pointerId); });
    canvas.addEventListener("pointerup", () => { dragged = null; });
    canvas.addEventListener("dblclick", reset);
    canvas.addEventListener("pointerleave", () => { tip.style.display = "none"; });
    canvas.addEventListener("pointermove", e => {
      if (dragged !== null) {
        pan((dragged - e.clientX) / (canvas.clientWidth - GUTTER) * (view.to - view.from));
        dragged = e.clientX;
        return;
      }
      const box = canvas.getBoundingClientRect(), y = e.clientY - box.top, at = line.scale.from + (e.clientX - box.left - GUTTER) / line.scale.x;
      const row = line.rowHeight ? line.rows[Math.floor(y / line.rowHeight)] : null;
      const span = row && y < line.lanesHeight ? row.spans[below(row.spans, at, s => s.start)] : null;
      if (span && at <= Math.max(span.start + span.length, span.start + 3 / line.scale.x)) show(describe(line, row, span), e.clientX, e.clientY);
      else tip.style.display = "none";
    });
    canvas.addEventListener("keydown", e => {
      const middle = (view.from + view.to) / 2, steps = { ArrowLeft: -1, ArrowRight: 1 };
      if (e.key === "+" || e.key === "=") zoom(0.7, middle);
      else if (e.key === "-") zoom(1 / 0.7, middle);
      else if (e.key === "0" || e.key === "Home") reset();
      else if (e.shiftKey && steps[e.key]) pan(steps[e.key] * 0.1 * (view.to - view.from));
      else if (steps[e.key] || e.key === "ArrowUp" || e.key === "ArrowDown") {
        if (steps[e.key]) call += steps[e.key];
        else { lane = Math.max(0, Math.min(line.rows.length - 1, lane + (e.key === "ArrowUp" ? -1 : 1))); call = 0; }
        const row = line.rows[lane];
        if (!row || !row.spans.length) return;
        call = Math.max(0, Math.min(row.spans.length - 1, call));
        const span = row.spans[call], box = canvas.getBoundingClientRect(), text = describe(line, row, span);
        const at = Math.max(0, Math.min(box.width - GUTTER, (span.start - line.scale.from) * line.scale.x));
        show(text, box.left + GUTTER + at, box.top + lane * line.rowHeight);
        said.textContent = text;
      }
      else if (e.key === "Escape") tip.style.display = "none";
      else return;
      e.preventDefault();
    });
    canvas.addEventListener("blur", () => { tip.style.display = "none"; });
  };

  const hatch = (ground, mark, shape) => {
    const tile = document.createElement("canvas");
    tile.width = tile.height = 6;
    const g = tile.getContext("2d");
    g.fillStyle = ground; g.fillRect(0, 0, 6, 6);
    g.strokeStyle = g.fillStyle = mark; g.lineWidth = 1.3;
    g.beginPath();
    if (shape === "/") { g.moveTo(-1, 7); g.lineTo(7, -1); g.moveTo(-1, 1); g.lineTo(1, -1); g.moveTo(5, 7); g.lineTo(7, 5); }
    if (shape === "\\") { g.moveTo(-1, -1); g.lineTo(7, 7); g.moveTo(5, -1); g.lineTo(7, 1); g.moveTo(-1, 5); g.lineTo(1, 7); }
    if (shape === "-") { g.moveTo(0, 2); g.lineTo(6, 2); }
    g.stroke();
    if (shape === ".") { g.fillRect(1, 1, 2, 2); g.fillRect(4, 4, 2, 2); }
    return document.createElement("canvas").getContext("2d").createPattern(tile, "repeat");
  };
  const theme = () => {
    const style = getComputedStyle(document.documentElement);
    colors = name => style.getPropertyValue(name).trim();
    paint = [colors("--work"), hatch(colors("--wait0"), colors("--wait1"), "/"), hatch(colors("--held0"), colors("--held1"), "-"),
      hatch(colors("--retry0"), colors("--retry1"), "\\"), hatch(colors("--hidden0"), colors("--hidden1"), ".")];
    for (const key of document.querySelectorAll(".keys canvas")) {
      key.width = 20; key.height = 14;
      const g = key.getContext("2d"), which = key.dataset.phase;
      g.fillStyle = which === "idle" ? colors("--idle") : which === "fail" ? colors("--fail") : paint[which];
      g.fillRect(which === "fail" ? 8 : 0, 0, which === "fail" ? 3 : 20, 14);
    }
    redraw();
  };

  data.timelines.forEach((line, i) => { line.canvas = document.getElementById("lanes" + i); bind(line); });
  own.addEventListener("change", reset);
  document.getElementById("reset").addEventListener("click", reset);
  addEventListener("resize", soon);
  // Paper is light, whatever the screen.
  const print = on => { document.documentElement.classList.toggle("print", on); theme(); };
  addEventListener("beforeprint", () => print(true));
  addEventListener("afterprint", () => print(false));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", theme);
  theme();
  document.documentElement.dataset.drawn = data.timelines.length;
})();
