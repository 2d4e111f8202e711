// Making elements: SVG and HTML, without a word of markup in strings.

const NAMESPACE = "http://www.w3.org/2000/svg";

/** Return an SVG element with attributes and children. */
export function svg(name, attributes = {}, ...children) {
  return filled(document.createElementNS(NAMESPACE, name), attributes, children);
}

/** Return an HTML element with attributes and children. */
export function el(name, attributes = {}, ...children) {
  return filled(document.createElement(name), attributes, children);
}

function filled(element, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key === "text") element.textContent = value;
    else element.setAttribute(key, value === true ? "" : String(value));
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** Return the element of an id. */
export function byId(id) {
  return document.getElementById(id);
}

/** Return a path through points, broken where a value is missing. */
export function lineThrough(points) {
  let path = "";
  let pen = false;
  for (const [x, y] of points) {
    if (y === null || Number.isNaN(y)) {
      pen = false;
      continue;
    }
    path += `${pen ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`;
    pen = true;
  }
  return path;
}
