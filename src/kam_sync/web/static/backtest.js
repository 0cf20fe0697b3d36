// Draws what a rule did and would have done, from the JSON beside each drawing; the tables remain.
"use strict";

(() => {
  if (!window.echarts) return;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const still = window.matchMedia("(prefers-reduced-motion: reduce)");
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const drawn = new Map();

  function base(labels, locale) {
    const text = { color: colour("--quiet"), fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 12 };
    const short = new Intl.NumberFormat(locale, { notation: "compact", maximumFractionDigits: 1 });
    return {
      animation: !still.matches, animationDuration: 300,
      aria: { enabled: false },
      textStyle: text,
      legend: { top: 0, left: 0, itemWidth: 14, textStyle: text },
      tooltip: { trigger: "axis", renderMode: "richText", backgroundColor: colour("--card"), borderColor: colour("--line"),
        textStyle: { color: colour("--ink"), fontSize: 12 } },
      grid: { left: 48, right: 14, top: window.innerWidth < 640 ? 64 : 40, bottom: 28 },
      xAxis: { type: "category", data: labels, axisTick: { show: false },
        axisLine: { lineStyle: { color: colour("--line") } }, axisLabel: { ...text, hideOverlap: true } },
      yAxis: { type: "value", minInterval: 0, splitNumber: 4, splitLine: { lineStyle: { color: colour("--line") } },
        axisLabel: { ...text, formatter: (value) => short.format(value) } },
    };
  }

  function bars(data) {
    const options = base(data.labels, document.documentElement.lang);
    options.yAxis.minInterval = 1;
    options.series = data.series.map((one) => ({ type: "bar", name: one.name, data: one.values, barMaxWidth: 28,
      stack: data.stack ? "all" : undefined, itemStyle: { color: colour(one.colour) } }));
    return options;
  }

  function trace(all) {
    const data = { locale: all.locale, names: all.names, ...all.traces[document.getElementById("traced-account").value] };
    document.getElementById("traced-values").replaceChildren(...data.texts.map((text) => {
      const item = document.createElement("li");
      item.textContent = text;
      return item;
    }));
    const plain = { type: "line", symbol: "none", silent: true };
    const options = base(data.labels, data.locale);
    options.legend.data = Object.values(data.names);
    options.tooltip.formatter = ([first]) => data.texts[first.dataIndex];
    options.series = [
      { ...plain, name: "low", data: data.low, stack: "band", stackStrategy: "all", lineStyle: { opacity: 0 } },
      { ...plain, name: data.names.band, data: data.high.map((high, at) => (high === null ? null : high - data.low[at])),
        stack: "band", stackStrategy: "all", lineStyle: { opacity: 0 }, itemStyle: { color: colour("--band") }, areaStyle: { color: colour("--band"), opacity: 1 } },
      { ...plain, name: data.names.expected, data: data.expected, itemStyle: { color: colour("--accent") },
        lineStyle: { type: "dashed", width: 1.5, color: colour("--accent") } },
      { type: "line", name: data.names.value, data: data.values, symbolSize: 7, showAllSymbol: true,
        itemStyle: { color: colour("--ink") }, lineStyle: { color: colour("--ink"), width: 2 } },
      { type: "scatter", name: data.names.fired, symbol: "triangle", symbolSize: 16, z: 5, itemStyle: { color: colour("--bad") },
        data: data.fired.map((at) => [at, data.values[at]]) },
    ];
    return options;
  }

  function draw(element) {
    const key = element.dataset.bars || element.dataset.trace;
    const data = JSON.parse(document.getElementById(key).textContent);
    element.hidden = false;
    const chart = window.echarts.init(element);
    const again = () => chart.setOption(element.dataset.bars ? bars(data) : trace(data), true);
    again();
    if (element.dataset.trace) document.getElementById("traced-account").addEventListener("change", again);
    drawn.set(element, { chart, again });
    new ResizeObserver(() => chart.resize()).observe(element);
    element.dataset.drawn = "true";
  }

  function all() {
    for (const [element, { chart }] of drawn) {
      if (element.isConnected) continue;
      chart.dispose();
      drawn.delete(element);
    }
    document.querySelectorAll("[data-bars]:not([data-drawn]), [data-trace]:not([data-drawn])").forEach(draw);
  }

  dark.addEventListener("change", () => drawn.forEach(({ again }) => again()));
  document.addEventListener("htmx:after:swap", all);
  all();
})();
