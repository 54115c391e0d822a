// The zone at a glance: asks the node, listens to its events, and keeps the page true.
import { ask, startingHeight, EventFeed } from "/console-live.js";
import { Strip } from "/console-strip.js";
import {
  blockRow, eventItem, find, institutionRow, keepList, put, putSentences,
} from "/console-view.js";
import {
  chooseLanguage, currentLanguage, number, say, time,
} from "/console-words.js";

const shownBlocks = 12;
const shownEvents = 14;
const shownInstitutions = 50;
const keptEvents = 60;
const blocksPerAnswerMax = 500;
const minute = 60_000;
const drawMilliseconds = 250;
const catchUpMilliseconds = 400;
const zoneMilliseconds = 2_000;
const healthMilliseconds = 5_000;
const refreshMilliseconds = 20_000;

const state = {
  zone: null,
  health: { kind: "asking" },
  blocks: [], // newest first; the last minute's, and at least those shown
  events: [], // newest first
  institutions: [],
  reads: null, // { allowed, refused, since }: from the events of `audit`
  hasGap: false,
  isPaused: false,
  clockOffset: 0, // the node's clock minus ours, in milliseconds
};

const nodeTime = () => Date.now() + state.clockOffset;
const strip = new Strip(find("strip"), nodeTime());

// MARK: Showing

function showZone() {
  const zone = state.zone;
  if (zone === null) return;
  const isChinese = currentLanguage() === "zh-CN";
  const name = zone.name || (isChinese ? zone.zone_name_zh : zone.zone_name_en);
  document.title = say("page.title", { zone: name });
  put("zone-name", name);
  put("seal", zone.zone);
  put("place", say("place", {
    province: isChinese ? zone.zone_name_zh : zone.zone_name_en,
    code: zone.zone, chain: zone.chain_name,
  }));
  put("pool", number(zone.pool));
  put("audits", number(zone.open_audits));
  put("institutions-count", number(zone.members.institutions));
  put("practitioners-count", number(zone.members.practitioners));
  put("residents-count", number(zone.members.residents));
  put("chain", zone.chain);
  showHead(zone);
  put("contracts", zone.contracts.map((one) => `${one.name} ${one.version}`).join(", "));
  put("software", zone.software);
}

// The head as the newest answer told it: the zone's, or that of a block which came since.
function showHead(zone) {
  const block = state.blocks[0];
  const isNewer = block !== undefined && block.height >= zone.height;
  const head = isNewer
    ? { ...block, entries: block.log_size } : { ...zone, digest: zone.head };
  put("height", number(head.height));
  put("entries", number(head.entries));
  put("head", `${number(head.height)} · ${head.digest}`);
  put("state-root", head.state_root);
}

function healthSentence() {
  const health = state.health;
  switch (health.kind) {
    case "ready": return say("health.ready");
    case "silent": return say("health.silent", { time: time(health.since) });
    case "refusing": {
      const isChinese = currentLanguage() === "zh-CN";
      const told = isChinese ? health.body?.message_zh : health.body?.message;
      return say("health.refusing", { reason: told ?? say("health.refusing.unknown") });
    }
    default: return say("health.asking");
  }
}

function showHealth() {
  find("health").dataset.state = state.health.kind;
  put("health-text", healthSentence());
}

function minuteSentence(blocks) {
  if (blocks.length > 0) {
    const sizes = blocks.map((block) => block.entries);
    return say("minute.text", {
      blocks: number(blocks.length),
      entries: number(sizes.reduce((sum, size) => sum + size, 0)),
      largest: number(Math.max(...sizes)),
    });
  }
  const newest = state.blocks[0];
  // Nothing is known before the first answer.
  if (newest === undefined) return state.zone === null ? "" : say("minute.none");
  return say("minute.silence", { time: time(newest.time) });
}

function showMinute() {
  const blocks = state.blocks.filter((block) => block.time > nodeTime() - minute);
  strip.draw(blocks);
  const sentence = minuteSentence(blocks);
  strip.describe(sentence);
  put("minute-text", sentence);
}

function showReads() {
  const reads = state.reads;
  if (reads === null) return;
  const since = reads.since <= 1
    ? say("numbers.since.start") : say("numbers.since", { height: number(reads.since) });
  put("allowed", number(reads.allowed));
  put("refused", number(reads.refused));
  put("allowed-since", since);
  put("refused-since", since);
}

function showLists() {
  keepList(find("blocks"), state.blocks.slice(0, shownBlocks), (one) => one.height, blockRow);
  const names = new Map(state.institutions.map((one) => [one.account, one.name]));
  keepList(
    find("events"), state.events.slice(0, shownEvents), (one) => one.position,
    (one) => eventItem(one, names));
  find("blocks-empty").hidden = state.zone === null || state.blocks.length > 0;
  find("events-empty").hidden = state.zone === null || state.events.length > 0;
  find("events-gap").hidden = !state.hasGap;
}

function showInstitutions() {
  const list = state.institutions;
  const shown = list.slice(0, shownInstitutions);
  keepList(find("institutions"), shown, (one) => `${one.account} ${one.status}`, institutionRow);
  find("institutions-more").hidden = list.length === shown.length;
  put("institutions-more", say("members.more", { count: number(list.length - shown.length) }));
}

function show() {
  showZone();
  showHealth();
  showReads();
  showInstitutions();
  if (state.isPaused) return;
  showMinute();
  showLists();
}

let isDrawingPlanned = false;

function showSoon() {
  if (isDrawingPlanned) return;
  isDrawingPlanned = true;
  setTimeout(() => {
    isDrawingPlanned = false;
    show();
  }, drawMilliseconds);
}

// MARK: Asking

// Runs a task now and then: at most once at a time, and not more often than every `pause`.
function throttled(pause, task) {
  let isBusy = false;
  let isWanted = false;
  return async function run() {
    isWanted = true;
    if (isBusy) return;
    isBusy = true;
    while (isWanted) {
      isWanted = false;
      try {
        await task();
        showSoon();
      } catch {
        // No answer: the health line says so, and the next turn asks again.
      }
      await new Promise((resume) => setTimeout(resume, pause));
    }
    isBusy = false;
  };
}

const askZone = throttled(zoneMilliseconds, async () => {
  const { ok, body, date } = await ask("/v1/zone");
  if (!ok) return;
  // Another chain under the same address: a new demo, or another node. Nothing here holds for it.
  if (state.zone !== null && state.zone.chain !== body.chain) location.reload();
  state.zone = body;
  if (Number.isFinite(date)) state.clockOffset = date + 500 - Date.now();
});

const askInstitutions = throttled(refreshMilliseconds / 4, async () => {
  const { ok, body } = await ask("/v1/institutions");
  if (!ok) return;
  // Events name institutions, so they are written again when there are others.
  if (body.institutions.length !== state.institutions.length) find("events").replaceChildren();
  state.institutions = body.institutions;
});

const askHealth = throttled(0, async () => {
  try {
    const { ok, body } = await ask("/readyz");
    state.health = ok ? { kind: "ready" } : { kind: "refusing", body };
  } catch {
    if (state.health.kind !== "silent") state.health = { kind: "silent", since: Date.now() };
  }
});

function wantedBlocks(height) {
  const known = state.blocks[0]?.height ?? 0;
  return Math.min(blocksPerAnswerMax, Math.max(shownBlocks, height - known));
}

async function readBlocks(limit) {
  const { ok, body } = await ask(`/v1/blocks?limit=${limit}`);
  if (!ok) return;
  const merged = new Map(state.blocks.map((block) => [block.height, block]));
  for (const block of body.blocks) {
    merged.set(block.height, { ...block, time: Date.parse(block.time) });
  }
  const sorted = [...merged.values()].sort((one, other) => other.height - one.height);
  const oldest = nodeTime() - minute;
  state.blocks = sorted.filter((block, index) => index < shownBlocks || block.time > oldest);
}

let newestHeight = 0;

const askBlocks = throttled(catchUpMilliseconds, () => readBlocks(wantedBlocks(newestHeight)));

// MARK: Listening

function take(event, position) {
  state.events.unshift({ ...event, position });
  if (state.events.length > keptEvents) state.events.length = keptEvents;
  if (event.module === "audit" && event.name === "read") state.reads.allowed += 1;
  if (event.module === "audit" && event.name === "refused") state.reads.refused += 1;
  if (event.module === "membership") askInstitutions();
  showSoon();
}

function listen() {
  const after = startingHeight(state.blocks);
  state.reads = { allowed: 0, refused: 0, since: after + 1 };
  return new EventFeed({
    after,
    onEvent: take,
    onHead: (height) => {
      newestHeight = height;
      askBlocks();
      askZone();
    },
    onGap: () => {
      state.hasGap = true;
      showSoon();
    },
  });
}

// MARK: Hands on the page

function showLanguage() {
  const language = currentLanguage();
  document.documentElement.lang = language;
  for (const button of document.querySelectorAll("[data-language]")) {
    button.setAttribute("aria-pressed", String(button.dataset.language === language));
  }
  putSentences();
  put("pause", state.isPaused ? say("minute.resume") : say("minute.pause"));
  for (const id of ["blocks", "events", "institutions"]) find(id).replaceChildren();
}

for (const button of document.querySelectorAll("[data-language]")) {
  button.addEventListener("click", () => {
    chooseLanguage(button.dataset.language);
    showLanguage();
    show();
    showLists();
    showMinute();
  });
}

find("pause").addEventListener("click", () => {
  state.isPaused = !state.isPaused;
  put("pause", state.isPaused ? say("minute.resume") : say("minute.pause"));
  show();
});

function tick() {
  if (document.hidden || state.isPaused) return;
  strip.moveTo(nodeTime());
  showMinute();
}

function every(milliseconds, task) {
  setInterval(() => {
    if (!document.hidden) task();
  }, milliseconds);
}

// Reads the newest blocks first, because they say from where to listen.
async function begin() {
  try {
    await readBlocks(100);
    listen();
    strip.moveTo(nodeTime());
    showSoon();
    setInterval(tick, 1000);
  } catch {
    setTimeout(begin, healthMilliseconds);
  }
}

every(healthMilliseconds, askHealth);
every(refreshMilliseconds, () => {
  askZone();
  askInstitutions();
});
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) [askHealth, askZone, askBlocks].forEach((task) => task());
});

showLanguage();
[show, askHealth, askZone, askInstitutions, begin].forEach((task) => task());
