// What the page knows of the node: answers of the API, and the stream of events with its repairs.

const answerMilliseconds = 8_000;
const retryMilliseconds = 1_000;
const retryMillisecondsMax = 15_000;
const cutsMax = 3;

// After every entry and event of a block: positions are `height.entry.event`.
const lastIndex = 0xffff_ffff;

// Entries of past blocks whose events are asked for at the start. The node cuts off a reader who
// lets more than a quarter of a mebibyte wait, so this stays well below.
const pastEntriesMax = 250;

// One answer of the API, and the node's clock beside ours.
export async function ask(path) {
  const response = await fetch(path, {
    cache: "no-store", signal: AbortSignal.timeout(answerMilliseconds),
  });
  const body = await response.json();
  const date = Date.parse(response.headers.get("date") ?? "");
  return { ok: response.ok, status: response.status, body, date };
}

// The height after which to listen, so that the newest blocks' events come first; newest first.
export function startingHeight(blocks) {
  let entries = 0;
  let height = blocks.length > 0 ? blocks[0].height : 0;
  for (const block of blocks) {
    entries += block.entries;
    if (entries > pastEntriesMax) break;
    height = block.height - 1;
  }
  return height;
}

// The events after a height, for ever: a broken stream is opened again after the last position that
// arrived. When a flood cuts us off again and again before we have caught up, we continue with what
// comes next and say so: the page shows what happens now.
export class EventFeed {
  #position;
  #retries = 0;
  #cuts = 0;

  constructor({ after, onEvent, onHead, onGap }) {
    this.#position = `${after}.${lastIndex}.${lastIndex}`;
    Object.assign(this, { onEvent, onHead, onGap });
    this.#open();
  }

  #open() {
    const query = this.#position === null ? "" : `?after=${encodeURIComponent(this.#position)}`;
    let isOpen = false;
    let hasCaughtUp = false;
    const source = new EventSource(`/v1/events${query}`);
    source.onopen = () => {
      isOpen = true;
    };
    source.onmessage = (message) => {
      this.#retries = 0;
      this.#position = message.lastEventId;
      this.onEvent(JSON.parse(message.data), message.lastEventId);
    };
    source.addEventListener("head", (message) => {
      hasCaughtUp = true;
      this.#retries = 0;
      this.#cuts = 0;
      this.onHead(JSON.parse(message.data).height);
    });
    source.onerror = () => {
      source.close();
      if (isOpen && !hasCaughtUp) this.#cuts += 1;
      this.#openLater();
    };
  }

  #openLater() {
    const delay = Math.min(retryMillisecondsMax, retryMilliseconds * 2 ** this.#retries);
    this.#retries += 1;
    if (this.#cuts >= cutsMax) {
      this.#cuts = 0;
      this.#position = null;
      this.onGap();
    }
    setTimeout(() => this.#open(), delay);
  }
}
