// Small hands on the document. Data only ever becomes text: nothing here parses markup.
import { say, word, number, bytes, time, handle } from "/console-words.js";

export const find = (id) => document.getElementById(id);

export function put(id, text) {
  const element = find(id);
  if (element.textContent !== text) element.textContent = text;
}

// An element with a class and children, which are elements or text.
export function make(name, className, ...children) {
  const element = document.createElement(name);
  if (className) element.className = className;
  element.append(...children);
  return element;
}

function hash(hex) {
  const element = make("span", "hash", handle(hex));
  element.title = hex;
  return element;
}

// Fills every element that names its sentence.
export function putSentences() {
  for (const element of document.querySelectorAll("[data-say]")) {
    element.textContent = say(element.dataset.say);
  }
  for (const element of document.querySelectorAll("[data-say-label]")) {
    element.setAttribute("aria-label", say(element.dataset.sayLabel));
  }
}

// What a reader has opened, or stands on with the keyboard, stays until they leave it.
function isInUse(element) {
  return element.querySelector("details[open]") !== null
    || element.contains(document.activeElement);
}

// Makes the children of a list those of `items`, newest first. Elements that stay are kept as they
// are, so that nothing closes under a reader's hands.
export function keepList(parent, items, key, build) {
  const known = new Map();
  for (const child of parent.children) known.set(child.dataset.key, child);
  const wasFilled = known.size > 0;
  let place = parent.firstElementChild;
  for (const item of items) {
    const name = String(key(item));
    let child = known.get(name);
    known.delete(name);
    if (child === undefined) {
      child = build(item);
      child.dataset.key = name;
      if (wasFilled) child.classList.add("new");
    }
    if (child === place) {
      place = place.nextElementSibling;
    } else {
      parent.insertBefore(child, place);
    }
  }
  for (const child of known.values()) {
    if (!isInUse(child)) child.remove();
  }
}

export function blockRow(block) {
  const head = make("th", "", number(block.height));
  head.scope = "row";
  return make(
    "tr", "", head,
    make("td", "", time(block.time)),
    make("td", "number", number(block.entries)),
    make("td", "number wide", bytes(block.bytes)),
    make("td", "number wide", number(block.signers)),
    make("td", "", hash(block.digest)),
  );
}

function eventName(event) {
  const key = `${event.module}.${event.name}`;
  return word("event.", key);
}

function fact(term, ...values) {
  return make("div", "", make("dt", "", term), ...values.map((value) => make("dd", "", value)));
}

// One event; names maps the accounts of institutions to their names.
export function eventItem(event, names) {
  const who = (account) => names.get(account) ?? handle(account);
  const accounts = make("span", "who");
  event.accounts.forEach((account, index) => {
    if (index > 0) accounts.append(" · ");
    accounts.append(names.has(account) ? who(account) : make("span", "hash", who(account)));
  });
  const summary = make(
    "summary", "",
    make("span", "what", eventName(event)), accounts,
    make("span", "where", say("events.block", { height: number(event.height) })),
  );
  const longNames = event.accounts.map((account) => make("span", "hash", account));
  const facts = make(
    "dl", "",
    fact(say("events.position"), event.position),
    fact(say("events.accounts"), ...longNames),
    fact(say("events.transaction"), make("span", "hash", event.transaction)),
    fact(say("events.receipt"), make("code", "", `kanglian receipt ${event.transaction}`)),
  );
  const item = make("li", "", make("details", "", summary, facts));
  item.dataset.tone = `${event.module}.${event.name}`;
  return item;
}

export function institutionRow(institution) {
  const head = make("th", "", institution.name);
  head.scope = "row";
  const status = make("span", "status", word("status.", institution.status));
  status.dataset.status = institution.status;
  return make(
    "tr", "", head,
    make("td", "", word("kind.", institution.kind)),
    make("td", "wide hash", institution.code),
    make("td", "wide", hash(institution.account)),
    make("td", "", status),
  );
}
