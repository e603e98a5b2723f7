// Lets the charts move on while somebody looks; without it the page is a picture of its moment.
"use strict";

const place = document.querySelector("[data-charts]");
const EVERY = 10000; // ms
let timer = null;

async function draw() {
  const answer = await fetch(place.dataset.charts, { headers: { Accept: "text/html" }, cache: "no-store" });
  if (answer.redirected) {
    location.reload(); // the session has ended, and the login says so
    return;
  }
  if (answer.ok) {
    const open = place.querySelector("details").open;
    place.replaceChildren(...new DOMParser().parseFromString(await answer.text(), "text/html").body.childNodes);
    place.querySelector("details").open = open;
  }
}

function go() {
  clearInterval(timer);
  if (!document.hidden) {
    timer = setInterval(() => draw().catch(() => {}), EVERY); // the next one may get through
  }
}

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) {
    draw().catch(() => {});
  }
  go();
});
go();
