// Keeps the part of the page marked data-live fresh: one request every few seconds, none while the tab is hidden.
"use strict";

const part = document.querySelector("[data-live]");
const word = document.querySelector("[data-live-word]");
const EVERY = 5000; // ms: 12 requests a minute of the 60 a page may take
let pause = EVERY;
let timer = null;

async function refresh() {
  const answer = await fetch(part.dataset.live, { headers: { Accept: "text/html" }, cache: "no-store" });
  if (answer.redirected) {
    const login = new URL(answer.url); // the session has ended, and the login may say so
    login.searchParams.delete("next"); // it leads back to the whole page, not to its part
    location.assign(login);
    return "Signed out";
  }
  if (!answer.ok) {
    pause = Math.max(EVERY, 1000 * Number(answer.headers.get("Retry-After") || 15));
    return "Not updating";
  }
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").body;
  if (!part.contains(document.activeElement) && fresh.innerHTML !== part.innerHTML) {
    part.replaceChildren(...fresh.childNodes);
  }
  return "Up to date";
}

async function round() {
  pause = EVERY;
  let state;
  try {
    state = await refresh();
  } catch {
    state = "Not updating";
    pause = 3 * EVERY;
  }
  say(state);
  plan();
}

function say(state) {
  word.hidden = false;
  word.textContent = state;
  word.classList.toggle("good", state === "Up to date");
  word.classList.toggle("note", state !== "Up to date");
}

function plan() {
  clearTimeout(timer);
  timer = document.hidden ? null : setTimeout(round, pause);
}

document.addEventListener("visibilitychange", () => (document.hidden ? plan() : round()));
say("Up to date");
plan();
