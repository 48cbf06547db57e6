// Draws each figure from the table under it: one source for the picture and the words.
(() => {
  "use strict";
  const look = getComputedStyle(document.documentElement);
  const tone = (name) => look.getPropertyValue(`--${name}`).trim();
  const TONES = [1, 2, 3, 4, 5, 6].map((n) => tone(`figure-${n}`));
  const DASHES = [[], [6, 4]];
  const POINTS = ["circle", "rectRot"];
  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  Chart.defaults.font.size = 12;
  Chart.defaults.color = tone("soft");
  Chart.defaults.animation = false;
  Chart.defaults.maintainAspectRatio = false;

  const across = (chart) => chart === "behind" || chart === "stack-across";

  // A table's drawn columns with their numbers; a small group is a gap.
  function read(table) {
    const rows = [...table.tBodies[0].rows];
    const heads = [...table.tHead.rows[0].cells];
    return {
      names: rows.map((row) => row.cells[0].textContent),
      cells: rows.map((row) => [...row.cells].map((cell) => ("value" in cell.dataset ? Number(cell.dataset.value) : null))),
      texts: rows.map((row) => [...row.cells].map((cell) => cell.textContent)),
      columns: heads.map((head, at) => ({
        at,
        label: head.textContent.replace(/ \(%\)$/, ""),
        draw: head.dataset.draw,
        unit: head.dataset.unit || "",
      })),
    };
  }

  function series(data, column, nth) {
    const colour = TONES[nth % TONES.length];
    const numbers = data.cells.map((row) => row[column.at]);
    const base = { label: column.label, data: numbers, backgroundColor: colour, borderColor: colour, column };
    if (column.draw === "line") {
      return { ...base, type: "line", borderDash: DASHES[nth % 2], pointStyle: POINTS[nth % 2], pointRadius: 4, borderWidth: 2 };
    }
    if (column.draw === "behind") {
      return { ...base, backgroundColor: tone("figure-behind"), borderColor: tone("line-strong"), borderWidth: 1,
        grouped: false, order: 2, barPercentage: 0.95 };
    }
    return { ...base, grouped: false, order: 1, barPercentage: 0.8, borderColor: tone("paper"), borderWidth: { right: 1, top: 1 } };
  }

  // A clinician's name as there is room for it: without the licence on a narrow picture, and cut where still too long.
  function short(place) {
    const name = this.getLabelForValue(place);
    if (this.chart.width > 480) return name;
    const [bare] = name.split(",");
    return bare.length > 20 ? `${bare.slice(0, 19)}…` : bare;
  }

  function scale(title, more) {
    return { title: { display: Boolean(title), text: title }, beginAtZero: true, grid: { color: tone("line") },
      border: { color: tone("line-strong") }, ...more };
  }

  function bars(kind, data, drawn) {
    const flat = across(kind);
    const unit = drawn[0].unit;
    const stacked = kind.startsWith("stack");
    const names = scale(flat ? "" : data.columns[0].label, { stacked, grid: { display: false },
      ticks: { autoSkip: !flat, maxRotation: 60, ...(flat && { callback: short }) } });
    const numbers = scale(unit ? "%" : "", { stacked, ticks: { precision: 0 } });
    return {
      type: "bar",
      data: { labels: data.names, datasets: drawn.map((column, nth) => series(data, column, nth)) },
      options: {
        indexAxis: flat ? "y" : "x",
        scales: flat ? { x: { ...numbers, position: "top" }, y: names } : { x: names, y: numbers },
        plugins: { legend: legend(drawn.length > 1), tooltip: hint(data) },
      },
    };
  }

  // A curve that falls in steps after each visit, with how many were at risk under the axis.
  function steps(data, column) {
    const lasts = data.names.map((name) => Number(name.split(" ").at(-1)));
    const risks = data.texts.map((row) => row[1]);
    const points = [{ x: 0, y: 100 }, ...lasts.map((x, at) => ({ x, y: data.cells[at][column.at] }))];
    return {
      type: "line",
      data: { datasets: [{ label: column.label, data: points, stepped: "before", borderColor: TONES[0],
        backgroundColor: TONES[0], pointRadius: 3, borderWidth: 2 }] },
      options: {
        scales: {
          x: scale("Visit, and how many were at risk", { type: "linear", min: 0,
            afterBuildTicks: (axis) => { axis.ticks = apart(lasts, axis.chart.width).map((value) => ({ value })); },
            ticks: { maxRotation: 0, autoSkip: false, callback: (value) => [String(value), risks[lasts.indexOf(value)] || ""] } }),
          y: scale("%", { max: 100 }),
        },
        plugins: { legend: legend(false), tooltip: { callbacks: {
          title: (found) => (found[0].dataIndex ? `Visit ${data.names[found[0].dataIndex - 1]}` : "At the start"),
          label: (found) => `${found.parsed.y.toFixed(1)} % have not left unplanned`,
          afterLabel: (found) => (found.dataIndex ? `${risks[found.dataIndex - 1]} at risk` : ""),
        } } },
      },
    };
  }

  // So many of the visit numbers as have room for the count beneath them.
  function apart(numbers, width) {
    const room = (numbers.at(-1) || 1) * 48 / Math.max(width, 1);
    return numbers.reduce((kept, n) => (kept.length && n - kept.at(-1) < room ? kept : [...kept, n]), []);
  }

  function legend(display) {
    return { display, position: "bottom", align: "start", labels: { usePointStyle: true, boxHeight: 8, padding: 14 } };
  }

  function hint(data) {
    return { mode: "index", intersect: false, callbacks: { label: (found) => {
      const { column } = found.dataset;
      const text = data.texts[found.dataIndex][column.at];
      return `${column.label}: ${text}${column.unit && !Number.isNaN(Number(text)) ? ` ${column.unit}` : ""}`;
    } } };
  }

  function draw(figure) {
    const picture = figure.querySelector(".figure__picture");
    if (!picture) return;
    const data = read(figure.querySelector("table"));
    const drawn = data.columns.filter((column) => column.draw);
    const kind = figure.dataset.chart;
    picture.hidden = false;
    if (across(kind)) picture.style.height = `${Math.max(7, data.names.length * 1.5 + 5)}rem`;
    new Chart(picture.querySelector("canvas"), kind === "step" ? steps(data, drawn[0]) : bars(kind, data, drawn));
  }

  document.querySelectorAll("figure[data-chart]").forEach(draw);
})();
