// Draws the chart of the account page from the JSON block beside it; without it the table remains.
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

  // The whole months are one line, the running month a dotted end with an open point.
  function months() {
    const line = colour("--ink");
    const isWhole = (at) => !(data.partial && at === last);
    const whole = { type: "line", name: "value", symbol: "circle", symbolSize: 7, showAllSymbol: true, z: 3,
      itemStyle: { color: line }, lineStyle: { color: line, width: 2 },
      data: data.values.map((value, at) => (isWhole(at) ? value : null)) };
    if (!data.partial) return [whole];
    const running = { type: "line", name: "running", symbol: (_, item) => (item.dataIndex === last ? "circle" : "none"),
      symbolSize: 9, showAllSymbol: true, z: 3, lineStyle: { type: "dotted", color: colour("--quiet"), width: 2 },
      itemStyle: { color: colour("--card"), borderColor: colour("--quiet"), borderWidth: 2 },
      data: data.values.map((value, at) => (at >= last - 1 ? value : null)) };
    return [running, whole];
  }

  function options() {
    const text = { color: colour("--quiet"), fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 12 };
    return {
      animation: !still.matches, animationDuration: 300,
      grid: { left: 56, right: 18, top: 14, bottom: 28 },
      xAxis: { type: "category", data: data.months, boundaryGap: false, axisTick: { show: false },
        axisLine: { lineStyle: { color: colour("--line") } }, axisLabel: { ...text, hideOverlap: true } },
      yAxis: { type: "value", splitNumber: 4, splitLine: { lineStyle: { color: colour("--line") } },
        axisLabel: { ...text, formatter: (value) => short.format(value) } },
      series: [...usual(), ...months()],
    };
  }

  drawing.hidden = false;
  reading.hidden = false;
  const chart = window.echarts.init(drawing);
  const draw = () => chart.setOption(options(), true);
  const read = (at) => { reading.textContent = data.texts[Math.max(0, Math.min(last, at))]; };

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
