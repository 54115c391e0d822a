// The chosen language: sentences, numbers and times in it.
import { texts } from "/console-text.js";

const storageKey = "kanglian.language";

function remembered() {
  try {
    return localStorage.getItem(storageKey);
  } catch {
    return null; // Storage may be forbidden; the choice then lasts as long as the page.
  }
}

function preferred() {
  const known = remembered();
  if (known !== null && known in texts) return known;
  const wanted = navigator.languages?.[0] ?? navigator.language ?? "en";
  return wanted.toLowerCase().startsWith("zh") ? "zh-CN" : "en";
}

let language = preferred();

export function currentLanguage() {
  return language;
}

export function chooseLanguage(next) {
  language = next;
  try {
    localStorage.setItem(storageKey, next);
  } catch {
    // As above.
  }
}

// The sentence of a key, with `{name}` replaced by values.name.
export function say(key, values = {}) {
  const sentence = texts[language][key] ?? key;
  return sentence.replace(/\{(\w+)\}/g, (mark, name) => values[name] ?? mark);
}

// The word for a code of the API, or the code itself when it is newer than this page.
export function word(prefix, code) {
  return texts[language][prefix + code] ?? code;
}

export function number(value) {
  return Number.isFinite(value) ? new Intl.NumberFormat(language).format(value) : "–";
}

export function bytes(value) {
  const units = ["B", "KiB", "MiB"];
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const digits = unit > 0 && value < 10 ? 1 : 0;
  const format = new Intl.NumberFormat(language, {
    minimumFractionDigits: digits, maximumFractionDigits: digits,
  });
  return `${format.format(value)} ${units[unit]}`;
}

// The time of day, with the date when that is not today.
export function time(milliseconds) {
  if (!Number.isFinite(milliseconds)) return "–";
  const date = new Date(milliseconds);
  const isToday = date.toDateString() === new Date().toDateString();
  return new Intl.DateTimeFormat(language, {
    ...(isToday ? {} : { dateStyle: "medium" }), timeStyle: "medium", hour12: false,
  }).format(date);
}

// A long hexadecimal name cut to what the eye can compare.
export function handle(hex) {
  return hex.length > 12 ? `${hex.slice(0, 4)}…${hex.slice(-4)}` : hex;
}
