// Keeps the part of the page marked data-live fresh: prices by the socket as they come, the rest whenever an order changes.
// While the socket is down the part is asked for every few seconds; nothing is asked while the tab is hidden.
"use strict";

const part = document.querySelector("[data-live]");
const word = document.querySelector("[data-live-word]");
const EVERY = 5000; // ms between two refreshes without a socket: 12 requests a minute of the 60 a page may take
const SLOWLY = 60000; // ms between two refreshes with one: what no order and no price tells
const APART = 2000; // ms between two refreshes for orders that come in a burst
const WAITS = [1, 2, 5, 10, 30, 60]; // seconds until the socket is tried again
const ENDED = 4401; // the session is over, says the server
const LIVE = "Streaming"; // not "live": that word is for the mode in which real money moves
const POLLING = `Updating every ${EVERY / 1000} s`;
const DEAF = "Not updating";

let socket = null;
let live = false; // the socket is open and listens
let failures = 0;
let asked = null; // the subscriptions that the server holds, as text
let last = 0; // when a refresh began
let leaving = false; // on the way to the login
let timers = {};

function later(name, action, pause) {
  clearTimeout(timers[name]);
  timers[name] = leaving ? null : setTimeout(action, pause);
}

function say(state) {
  if (word.textContent !== state) {
    word.textContent = state;
  }
  word.hidden = false;
  word.classList.toggle("good", state === LIVE);
  word.classList.toggle("note", state === DEAF);
}

// The moving part, from the server

function replace(fresh) {
  const held = document.activeElement;
  const heir = held?.id && fresh.querySelector(`#${CSS.escape(held.id)}`);
  if (fresh.innerHTML === part.dataset.seen || (part.contains(held) && !heir)) {
    return;
  }
  part.dataset.seen = fresh.innerHTML;
  const hadFocus = part.contains(held);
  part.replaceChildren(...fresh.childNodes);
  if (hadFocus) {
    heir.focus({ preventScroll: true });
  }
  listen();
}

async function fetchPart() {
  const answer = await fetch(part.dataset.live, { headers: { Accept: "text/html" }, cache: "no-store" });
  if (answer.redirected) {
    const login = new URL(answer.url); // the session has ended, and the login may say so
    login.searchParams.delete("next"); // it leads back to the whole page, not to its part
    leave(login);
    return;
  }
  if (!answer.ok) {
    throw new Error(answer.headers.get("Retry-After") ?? "15");
  }
  replace(new DOMParser().parseFromString(await answer.text(), "text/html").body);
}

function leave(login) {
  if (!leaving) {
    leaving = true;
    stop();
    location.assign(login);
  }
}

async function refresh() {
  last = Date.now();
  let pause = live ? SLOWLY : EVERY;
  try {
    await fetchPart();
    say(live ? LIVE : POLLING);
  } catch (failure) {
    say(DEAF);
    pause = Math.max(EVERY, 1000 * (Number(failure.message) || 15));
  }
  if (!document.hidden) {
    later("refresh", refresh, pause);
  }
}

function orderChanged() {
  later("refresh", refresh, Math.max(100, last + APART - Date.now()));
}

// The socket

function listen() {
  if (!live) {
    return;
  }
  const wanted = shown();
  const text = JSON.stringify(wanted);
  if (text === asked) {
    return;
  }
  if (asked) {
    socket.send(JSON.stringify({ action: "unsubscribe_all" }));
    socket.send(JSON.stringify({ action: "subscribe_orders" }));
  }
  for (const { mode, symbols } of wanted) {
    socket.send(JSON.stringify({ action: "subscribe", mode, symbols }));
  }
  asked = text;
}

function heard(message) {
  if (message.type === "auth" && message.status === "success") {
    live = true;
    failures = 0;
    asked = null;
    socket.send(JSON.stringify({ action: "subscribe_orders" }));
    listen();
    refresh(); // what happened before the socket listened
  } else if (message.type === "market_data") {
    follow(message);
  } else if (message.type === "order_update") {
    orderChanged();
  }
}

function connect() {
  const here = new WebSocket(new URL("/live/", location.href.replace(/^http/, "ws")));
  socket = here;
  here.addEventListener("message", (event) => here === socket && heard(JSON.parse(event.data)));
  here.addEventListener("close", (event) => here === socket && closed(event.code));
}

function closed(code) {
  socket = null;
  live = false;
  if (document.hidden) {
    return;
  }
  later("connect", connect, 1000 * WAITS[Math.min(failures, WAITS.length - 1)]);
  failures += 1;
  later("refresh", refresh, code === ENDED ? 0 : Math.max(0, last + EVERY - Date.now()));
}

function stop() {
  Object.values(timers).forEach(clearTimeout);
  const open = socket;
  socket = null;
  live = false;
  open?.close();
}

function begin() {
  stop();
  connect();
  later("refresh", refresh, EVERY);
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) {
    stop();
  } else {
    begin();
    refresh();
  }
});
addEventListener("pagehide", stop);
addEventListener("pageshow", (event) => event.persisted && begin());
say(POLLING);
begin();
