// Draws how few accounts make how much from the JSON block beside it; without it the table remains.
"use strict";

(() => {
  const drawing = document.getElementById("pareto-drawing");
  if (!drawing || !window.echarts) return;
  const data = JSON.parse(document.getElementById(drawing.dataset.source).textContent);
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const still = window.matchMedia("(prefers-reduced-motion: reduce)");
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const number = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 1 });

  function lines(text) {
    const plain = { symbol: "none", silent: true, animation: false };
    return {
      ...plain,
      lineStyle: { color: colour("--quiet"), type: "dashed", width: 1 },
      label: { ...text, position: "insideEndTop" },
      data: [
        { yAxis: 80, label: { formatter: "80 %" } },
        ...data.ends.map((end) => ({ xAxis: end.at, label: { formatter: end.class, position: "end" } })),
      ],
    };
  }

  function options() {
    const text = { color: colour("--quiet"), fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 12 };
    const percent = (value) => `${number.format(value)} %`;
    return {
      animation: !still.matches, animationDuration: 300,
      grid: { left: 48, right: 12, top: 24, bottom: 44 },
      tooltip: {
        trigger: "axis", renderMode: "richText", valueFormatter: percent,
        backgroundColor: colour("--card"), borderColor: colour("--line"), textStyle: { color: colour("--ink"), fontSize: 12 },
      },
      xAxis: { type: "category", data: data.names, name: data.texts.places, nameLocation: "middle", nameGap: 28, nameTextStyle: text,
        axisTick: { show: false }, axisLine: { lineStyle: { color: colour("--line") } }, axisLabel: { ...text, hideOverlap: true } },
      yAxis: { type: "value", max: 100, interval: 20, splitLine: { lineStyle: { color: colour("--line") } },
        axisLabel: { ...text, formatter: "{value} %" } },
      series: [
        { type: "bar", name: data.texts.share, data: data.shares, barCategoryGap: "20%", itemStyle: { color: colour("--accent"), opacity: 0.55 } },
        { type: "line", name: data.texts.until, data: data.until, symbol: "circle", symbolSize: 4, showSymbol: data.names.length < 2,
          lineStyle: { color: colour("--ink"), width: 2 }, itemStyle: { color: colour("--ink") }, markLine: lines(text) },
      ],
    };
  }

  drawing.hidden = false;
  const chart = window.echarts.init(drawing);
  const draw = () => chart.setOption(options(), true);
  draw();
  dark.addEventListener("change", draw);
  new ResizeObserver(() => chart.resize()).observe(drawing);
  drawing.dataset.drawn = "true";
})();
