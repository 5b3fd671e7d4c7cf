import { magnification, percent, type Gallery, type GalleryColumn, type GalleryPicture } from "./gallery.js";
import { galleryStyle } from "./gallery-style.js";
import { html, type Html } from "./html.js";
import { htmlDocument } from "./html-document.js";
import { encodePng } from "./picture-png.js";

/** Plans longer than this stand in the column's head alone. */
const shortPlan = 400;

/**
 * A page of its own: no script, nothing from elsewhere. The same gallery is the same text. What was drawn stands in
 * tooltips, which hovering and keyboard focus show at the window's foot.
 */
export function galleryHtml(gallery: Gallery): string {
  const { title, facts, command, columns, rows, largestEntropy } = gallery;
  const picks = columns.some((column) => column.pictures.flat().some((picture) => picture.picked !== undefined));
  const body = html`<header>
<h1>${title}</h1>
<dl>${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
<p class="soft">Hover a picture, or reach it with the Tab key, to see what was drawn; a click keeps it open.${
    largestEntropy === undefined ? undefined : ` The bar is the teacher's entropy, from 0 to ${largestEntropy.toFixed(2)} nats.`
  }${picks ? " Framed pictures were picked, pale ones left." : undefined}</p>
</header>
<table role="table">
<thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">label</th>${columns.map((column, place) => columnHead(column, place))}</tr></thead>
<tbody role="rowgroup">
${rows.map(
  ({ label, origin }, row) =>
    html`<tr role="row"><th role="rowheader" scope="row">${label}<span class="soft">${origin}</span></th>${columns.map(
      (column, place) => html`<td role="cell"><span class="column">${column.name}</span><div class="pictures">${(column.pictures[row] ?? []).map(
        (picture, at) => pictureOf(gallery, column, picture, `c${place}r${row}p${at}`),
      )}</div></td>`,
    )}</tr>
`,
)}</tbody>
</table>
<footer><p class="soft">To draw it again:</p><p><code>${command}</code></p></footer>`;
  return htmlDocument({ title, style: galleryStyle, body });
}

function columnHead({ name, note, plan }: GalleryColumn, place: number): Html {
  const id = `plan-${place}`;
  return html`<th role="columnheader" scope="col"><span class="name">${name}</span><span class="soft note">${note}</span>${
    plan === undefined
      ? undefined
      : html`<span class="plan" tabindex="0" aria-describedby="${id}"><span class="hint">plan</span><span role="tooltip" id="${id}"><b>${name}</b>, drawn for this batch:<pre>${plan}</pre></span></span>`
  }</th>`;
}

function pictureOf(gallery: Gallery, { plan }: GalleryColumn, picture: GalleryPicture, id: string): Html {
  const { height, width } = gallery;
  const { pixels, description, teacher, picked } = picture;
  const scale = magnification(width, 100);
  const source = `data:image/png;base64,${Buffer.from(encodePng(gallery, pixels)).toString("base64")}`;
  const verdict = picked === undefined ? undefined : picked ? "picked" : "left";
  const drawn = plan === undefined || plan.length <= shortPlan ? plan : `${plan.slice(0, shortPlan)} … (all of it in the column's head)`;
  return html`<figure${verdict === undefined ? undefined : html` class="${verdict}"`} tabindex="0" aria-describedby="${id}"><img${
    scale > 1 ? html` class="small"` : undefined
  } src="${source}" width="${width * scale}" height="${height * scale}" alt="${description}"><figcaption>${
    verdict === undefined ? undefined : html`<span class="verdict">${verdict}</span>`
  }${teacher === undefined ? undefined : teacherLines(gallery, teacher)}</figcaption><div role="tooltip" id="${id}">${description}${
    verdict === undefined ? undefined : `, ${verdict}`
  }${
    teacher === undefined
      ? undefined
      : html`<br>teacher: ${teacher.label}, probability ${teacher.probability.toFixed(4)}, entropy ${teacher.entropy.toFixed(4)} nats`
  }${drawn === undefined ? undefined : html`<br>drawn for this batch:<pre>${drawn}</pre>`}</div></figure>`;
}

function teacherLines({ largestEntropy = 1 }: Gallery, { label, probability, entropy }: NonNullable<GalleryPicture["teacher"]>): Html {
  const share = `${((entropy / largestEntropy) * 100).toFixed(1)}%`;
  return html`<div>${label} <span class="soft">${percent(probability)}</span></div><div class="entropy"><span class="bar" style="--share: ${share}"></span>${entropy.toFixed(3)}</div>`;
}
