// Draws the chart of an account from the JSON block beside it; without it the table remains.
"use strict";

(() => {
  const drawing = document.getElementById("chart-drawing");
  if (!drawing || !window.echarts) return;
  const data = JSON.parse(document.getElementById(drawing.dataset.source).textContent);
  const reading = document.getElementById("chart-reading");
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const still = window.matchMedia("(prefers-reduced-motion: reduce)");
  const short = new Intl.NumberFormat(data.locale, { notation: "compact", maximumFractionDigits: 1 });
  const last = data.values.length - 1;
  const lanes = Object.keys(data.marks).filter((lane) => data.marks[lane].length);
  const shapes = { deals: "triangle", alerts: "diamond", data: "rect" };

  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const level = (value) => data.months.map(() => value);
  const plain = { type: "line", symbol: "none", silent: true, animation: false };

  function usual() {
    if (!data.band) return [];
    const { low, high } = data.band;
    return [
      { ...plain, data: level(low), stack: "band", lineStyle: { opacity: 0 } },
      {
        ...plain, data: level(high - low), stack: "band", lineStyle: { opacity: 0 },
        areaStyle: { color: colour("--band"), opacity: 1 },
      },
      { ...plain, data: level(data.expected), lineStyle: { type: "dashed", width: 1.5, color: colour("--accent") } },
    ];
  }

  function plan() {
    if (!data.plan.some((value) => value !== null)) return [];
    const line = colour("--ink");
    return [{ ...plain, step: "middle", data: data.plan, symbol: "emptyCircle", symbolSize: 5, showAllSymbol: true,
      itemStyle: { color: line }, lineStyle: { type: [8, 3, 2, 3], width: 1.5, color: line } }];
  }

  // The whole months are one line, the running month a dotted end with an open point.
  function months() {
    const line = colour("--ink");
    const isWhole = (at) => !(data.partial && at === last);
    const whole = { type: "line", name: "value", symbol: "circle", symbolSize: data.values.length > 40 ? 4 : 7,
      showAllSymbol: true, z: 3, itemStyle: { color: line }, lineStyle: { color: line, width: 2 },
      data: data.values.map((value, at) => (isWhole(at) ? value : null)) };
    if (!data.partial) return [whole];
    const running = { type: "line", name: "running", symbol: (_, item) => (item.dataIndex === last ? "circle" : "none"),
      symbolSize: 9, showAllSymbol: true, z: 3, lineStyle: { type: "dotted", color: colour("--quiet"), width: 2 },
      itemStyle: { color: colour("--card"), borderColor: colour("--quiet"), borderWidth: 2 },
      data: data.values.map((value, at) => (at >= last - 1 ? value : null)) };
    return [running, whole];
  }

  // What happened is marked in rows of their own below the months, each with a shape of its own.
  function marks() {
    const colours = { deals: "--good", alerts: "--bad", data: "--quiet" };
    return lanes.map((lane, row) => ({
      type: "scatter", xAxisIndex: 1, yAxisIndex: 1, symbol: shapes[lane], symbolSize: 11, animation: false,
      itemStyle: { color: colour(colours[lane]) }, data: data.marks[lane].map((at) => [at, row]),
    }));
  }

  function tooltip(text) {
    return {
      trigger: "axis", renderMode: "richText", confine: true, backgroundColor: colour("--card"),
      borderColor: colour("--line"), textStyle: { ...text, color: colour("--ink"), width: 260, overflow: "break" },
      formatter: (found) => {
        const at = found.length ? found[0].dataIndex : last;
        const month = found.length && found[0].axisIndex === 1 ? found[0].value[0] : at;
        return [data.texts[month], ...data.notes[month]].join("\n");
      },
    };
  }

  function options() {
    const text = { color: colour("--quiet"), fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 12 };
    const rows = lanes.length * 18;
    const line = { lineStyle: { color: colour("--line") } };
    const below = lanes.length ? rows + 34 : 28;
    return {
      animation: !still.matches, animationDuration: 300, tooltip: tooltip(text),
      axisPointer: { link: [{ xAxisIndex: "all" }], lineStyle: { color: colour("--quiet") } },
      grid: [
        { left: 60, right: 28, top: 14, bottom: below, outerBoundsMode: "none" },
        { left: 60, right: 28, height: rows, bottom: 4, outerBoundsMode: "none" },
      ],
      xAxis: [
        { type: "category", data: data.months, boundaryGap: false, axisTick: { show: false },
          axisLine: line, axisLabel: { ...text, hideOverlap: true } },
        { type: "category", gridIndex: 1, data: data.months, boundaryGap: false, show: false },
      ],
      yAxis: [
        { type: "value", splitNumber: 4, splitLine: line,
          axisLabel: { ...text, formatter: (value) => short.format(value) } },
        { type: "category", gridIndex: 1, data: lanes, show: false, inverse: true },
      ],
      series: [...usual(), ...plan(), ...months(), ...marks()],
    };
  }

  drawing.hidden = false;
  reading.hidden = false;
  const chart = window.echarts.init(drawing);
  const draw = () => chart.setOption(options(), true);
  const read = (at) => {
    const month = Math.max(0, Math.min(last, at));
    reading.textContent = [data.texts[month], ...data.notes[month]].join(" · ");
  };

  draw();
  read(last);
  chart.getZr().on("mousemove", (event) => {
    const at = [event.offsetX, event.offsetY];
    if (chart.containPixel("grid", at)) read(Math.round(chart.convertFromPixel({ seriesIndex: 0 }, at)[0]));
  });
  dark.addEventListener("change", draw);
  new ResizeObserver(() => chart.resize()).observe(drawing);
  drawing.dataset.drawn = "true";
})();
