// The picture of the last minute: one stroke for each quarter second in which blocks became final.

const unitsPerSecond = 10;
const width = 600;
const base = 80;
const tallest = 72;
const shortest = 5;
const columnMilliseconds = 250;
const namespace = "http://www.w3.org/2000/svg";

function shape(name, attributes) {
  const element = document.createElementNS(namespace, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

// Draws into the svg element; times are milliseconds of the node's clock.
export class Strip {
  #svg;
  #moving;
  #origin;

  constructor(svg, now) {
    this.#svg = svg;
    this.#origin = now;
    for (let x = 0; x <= width; x += 10 * unitsPerSecond) {
      svg.append(shape("line", { x1: x, x2: x, y1: 8, y2: base, class: "grid" }));
    }
    svg.append(shape("line", { x1: 0, x2: width, y1: base, y2: base, class: "ground" }));
    this.#moving = shape("g", { class: "moving" });
    svg.append(this.#moving);
  }

  // Blocks of the last minute: [{time, entries}].
  draw(blocks) {
    const columns = new Map();
    for (const block of blocks) {
      const column = Math.floor((block.time - this.#origin) / columnMilliseconds);
      columns.set(column, (columns.get(column) ?? 0) + block.entries);
    }
    const most = Math.max(16, ...columns.values());
    const known = new Map();
    for (const stroke of this.#moving.children) known.set(Number(stroke.dataset.column), stroke);
    for (const [column, stroke] of known) if (!columns.has(column)) stroke.remove();
    for (const [column, entries] of columns) {
      const height = shortest + (tallest - shortest) * Math.sqrt(entries / most);
      let stroke = known.get(column);
      if (stroke === undefined) {
        const x = column * columnMilliseconds / 1000 * unitsPerSecond;
        stroke = shape("rect", { x, width: 2, class: "stroke" });
        stroke.dataset.column = column;
        this.#moving.append(stroke);
      }
      stroke.setAttribute("y", base - height);
      stroke.setAttribute("height", height);
    }
  }

  // Glides on, so that the right edge will be one second from now.
  moveTo(now) {
    const seconds = (now - this.#origin) / 1000 + 1;
    this.#moving.style.transform = `translateX(${width - seconds * unitsPerSecond}px)`;
  }

  describe(sentence) {
    this.#svg.setAttribute("aria-label", sentence);
  }
}
