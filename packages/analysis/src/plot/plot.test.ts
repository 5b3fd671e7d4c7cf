import { describe, expect, it } from "vitest";
import { publishedAugmenters, publishedPlots } from "../published/plots.js";
import { axisOf } from "./axis.js";
import { csvOf } from "./csv.js";
import { curvePlot } from "./curves.js";
import { dotPlot } from "./dots.js";
import { labelLines, overlaps, placeLabels } from "./labels.js";
import { scatterPlot } from "./scatter.js";
import { fitted, inlineSvg, svgFile, textWidth } from "./svg.js";

describe("an axis", () => {
  it.each([[[0.0041, 0.0055]], [[0, 100]], [[1, 3]], [[-1, 1]], [[1e-5, 3e-5]], [[5, 5]], [[0.0002, 0.00021]], [[-3e7, 4e8]], [[0.97, 1.1]], [[0.3, 13]], [[0, 1.1]], [[0, 0.11]]])(
    "of %j has a few ticks, evenly apart, each written as what it is",
    (values) => {
      const axis = axisOf(values, { from: 0, to: 100, ticks: 5 });
      const { ticks } = axis;
      expect(ticks.length).toBeGreaterThanOrEqual(2);
      expect(ticks.length).toBeLessThanOrEqual(7);
      const step = ticks[1]! - ticks[0]!;
      for (const [place, tick] of ticks.entries()) {
        expect(Math.abs(tick - ticks[0]! - place * step)).toBeLessThan(1e-9 * step);
        expect(Math.abs(Number(axis.text(tick)) - tick), axis.text(tick)).toBeLessThan(1e-9 * step);
        expect(axis.text(tick).length).toBeLessThanOrEqual(9);
      }
      // 1, 2, 2.5 or 5 times a power of ten.
      expect(step.toExponential(6)).toMatch(/^(1|2|2\.5|5)\.?0*e/);
    },
  );

  it("holds all values, from one end to the other", () => {
    const axis = axisOf([3, -2, 8, NaN], { from: 300, to: 20, ticks: 5 });
    for (const value of [3, -2, 8]) expect(axis.at(value) > 20 && axis.at(value) < 300).toBe(true);
    expect(axis.at(axis.low)).toBe(300);
    expect(axis.at(axis.high)).toBe(20);
    expect(axisOf([], { from: 0, to: 1, ticks: 3 }).ticks.length).toBeGreaterThan(0);
  });
});

describe("labels of points", () => {
  const bounds = { left: 71, top: 35, width: 392, height: 292 };
  it.each(publishedPlots)("of $teacher, $student, $dataset cover neither each other nor a point", ({ tStddev, testLoss }) => {
    const x = axisOf(tStddev, { from: 68, to: 466, ticks: 5 }, 0.1);
    const y = axisOf(testLoss, { from: 330, to: 32, ticks: 6 }, 0.1);
    const points = publishedAugmenters.map((name, place) => ({ name, x: x.at(tStddev[place]!), y: y.at(testLoss[place]!) }));
    const labels = placeLabels(points, bounds, []);
    for (const label of labels) {
      expect(labels.filter((other) => other !== label && overlaps(label, other))).toEqual([]);
      expect(points.filter((point) => overlaps(label, { left: point.x - 2, top: point.y - 2, width: 4, height: 4 }))).toEqual([]);
      expect(label.left >= bounds.left && label.left + label.width <= bounds.left + bounds.width).toBe(true);
    }
  });

  it("stay apart also where twelve points lie together", () => {
    const points = Array.from({ length: 12 }, (_, place) => ({ name: `augmenter-${place}`, x: 250 + (place % 4) * 6, y: 180 + Math.floor(place / 4) * 6 }));
    const labels = placeLabels(points, bounds, []);
    expect(labels.flatMap((label, place) => labels.slice(place + 1).filter((other) => overlaps(label, other)))).toEqual([]);
  });

  it("break where a chain goes on or options begin", () => {
    expect(labelLines("cutmix")).toEqual(["cutmix"]);
    expect(labelLines("cutmixpick?criterion=student-entropy")).toEqual(["cutmixpick", "?criterion=student-entropy"]);
    expect(labelLines("cutout+autoaugment+cutmixpick")).toEqual(["cutout+", "autoaugment+", "cutmixpick"]);
  });

  it("are shortened in their middle", () => {
    expect(fitted("short", 100)).toBe("short");
    const long = fitted("a-name-that-is-far-too-long-for-its-place", 120);
    expect(long).toMatch(/^a-name.*….*place$/);
    expect(textWidth(long)).toBeLessThanOrEqual(120);
  });
});

const evil = `<script>alert("1")</script> & 'x'\u0001`;
const plots = {
  scatter: scatterPlot({ title: evil, xName: evil, yName: evil, points: [{ name: evil, x: 1, y: 2, xSpread: [0.5, 1.5] }, { name: "b", x: 2, y: 1 }, { name: "c", x: 3, y: 5 }], notes: [evil] }),
  dots: dotPlot({ title: evil, valueName: evil, dots: [{ name: evil, value: 3, interval: [2, 5] }, { name: "b", value: 4 }], note: evil }),
  curves: curvePlot({ title: evil, xName: "epoch", yName: evil, curves: [{ name: evil, points: [[1, 4], [2, 3]] }, { name: "b", points: [[2, 5]] }] }),
};

describe.each(Object.entries(plots))("a %s plot", (_, plot) => {
  it("lets no name become markup, and every element is closed", () => {
    const file = svgFile(plot);
    expect(file).not.toContain("<script");
    expect(file).not.toMatch(/[\u0000-\u0008]/);
    const open: string[] = [];
    for (const [, close, name, own] of file.replace(/<style>[^<]*<\/style>/, "").matchAll(/<(\/?)([a-z]+)(?:\s[^<>]*?)?(\/?)>/g)) {
      if (own === "/") continue;
      if (close === "/") expect(open.pop()).toBe(name);
      else open.push(name!);
    }
    expect(open).toEqual([]);
    expect(file).not.toMatch(/NaN|undefined|Infinity/);
  });

  it("brings nothing from elsewhere", () => {
    expect(svgFile(plot).replace("http://www.w3.org/2000/svg", "")).not.toMatch(/https?:|url\(|@import/);
  });

  it("says what it shows to those who cannot see it", () => {
    const { html } = inlineSvg({ ...plot, title: "one" }, "id");
    expect(html).toContain('role="img" aria-labelledby="id-title id-description"');
    expect(html).toContain('<title id="id-title">one</title>');
  });
});

it("numbers of a plot are a table that spreadsheets read", () => {
  expect(csvOf({ head: ["name", "x"], rows: [['a "b", c', 0.1], ["d", null]] })).toBe('name,x\n"a ""b"", c",0.1\nd,\n');
  expect(plots.curves.table.rows).toEqual([[1, 4, null], [2, 3, 5]]);
});

it("a regression line stays within the frame, however steep", () => {
  const { drawing } = scatterPlot({ title: "t", xName: "x", yName: "y", points: [[1, 0], [1.001, 50], [1.002, 0], [2, 100]].map(([x, y]) => ({ name: `${x}`, x: x!, y: y! })), notes: [] });
  const [, x1, y1, x2, y2] = /class="fit" x1="([\d.]+)" y1="([\d.]+)" x2="([\d.]+)" y2="([\d.]+)"/.exec(drawing.html)!.map(Number);
  for (const x of [x1!, x2!]) expect(x >= 68 && x <= 466, String(x)).toBe(true);
  for (const y of [y1!, y2!]) expect(y >= 32 && y <= 330, String(y)).toBe(true);
});
