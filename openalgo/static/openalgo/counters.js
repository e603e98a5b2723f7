// Keeps the figures marked data-counter at what the server tells each second; without it they are those of the page's load.
"use strict";

const word = document.querySelector("[data-live-word]");
const WAITS = [1, 2, 5, 10, 30, 60]; // seconds until the socket is tried again
const LATE = 5000; // ms without a word, after which the figures are old
const LIVE = "Streaming";
const DEAF = "Not updating";

let socket = null;
let failures = 0;
let timers = {};

function later(name, action, pause) {
  clearTimeout(timers[name]);
  timers[name] = setTimeout(action, pause);
}

function say(state) {
  if (word.textContent !== state) {
    word.textContent = state;
  }
  word.hidden = false;
  word.classList.toggle("good", state === LIVE);
  word.classList.toggle("note", state === DEAF);
}

function show(figures) {
  for (const cell of document.querySelectorAll("[data-counter]")) {
    const text = String(figures[cell.dataset.counter]);
    if (cell.textContent !== text) {
      cell.textContent = text;
    }
  }
  for (const ending of document.querySelectorAll("[data-plural]")) {
    ending.textContent = figures[ending.dataset.plural] === 1 ? "" : "es";
  }
}

function wait() {
  later("late", () => say(DEAF), LATE);
}

function heard(message) {
  if (message.type === "auth" && message.status === "success") {
    socket.send(JSON.stringify({ action: "subscribe_counters" }));
  } else if (message.type === "counters") {
    failures = 0;
    show(message.data);
    say(LIVE);
    wait();
  }
}

function connect() {
  const here = new WebSocket(new URL("/live/", location.href.replace(/^http/, "ws")));
  socket = here;
  wait();
  here.addEventListener("message", (event) => here === socket && heard(JSON.parse(event.data)));
  here.addEventListener("close", () => here === socket && closed());
}

function closed() {
  socket = null;
  say(DEAF);
  later("connect", connect, 1000 * WAITS[Math.min(failures, WAITS.length - 1)]);
  failures += 1;
}

function stop() {
  Object.values(timers).forEach(clearTimeout);
  const open = socket;
  socket = null;
  open?.close();
}

document.addEventListener("visibilitychange", () => {
  stop();
  if (!document.hidden) {
    connect();
  }
});
addEventListener("pagehide", stop);
addEventListener("pageshow", (event) => event.persisted && connect());
connect();
