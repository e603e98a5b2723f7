// Follows the market in the page's own figures: prices, each row's gain or loss, and the totals over all rows.
//
// Money is whole ten-thousandths of a rupee (BigInt): nothing drifts, however long the page is open. What the server wrote
// stands in data-base beside the price it was computed at (data-ltp of the row): a figure is its base and quantity times
// what the price has moved since.
"use strict";

const UNIT = 10000n; // of a rupee
const PAISA = 100n; // in units
const MINUS = "\u2212";

function grouped(digits) {
  const head = digits.slice(0, -3).replace(/\B(?=(\d\d)+$)/g, ",");
  return head ? `${head},${digits.slice(-3)}` : digits;
}

function rupees(units) {
  const size = ((units < 0n ? -units : units) + PAISA / 2n) / PAISA; // paise, half a paisa away from zero
  const text = `${grouped(String(size / 100n))}.${String(size % 100n).padStart(2, "0")}`;
  return units < 0n && size ? MINUS + text : text;
}

function change(units) {
  const text = rupees(units);
  return units > 0n ? `+${text}` : text;
}

function price(units) {
  const rest = String(units % PAISA).padStart(2, "0").replace(/0+$/, "");
  return rupees(units - (units % PAISA)) + rest;
}

// JSON brings rupees as a number; ten-thousandths of it are exact far beyond any price
const units = (number) => BigInt(Math.round(number * Number(UNIT)));

function write(cell, kind, amount) {
  const text = { price, rupees, change }[kind](amount);
  if (cell.textContent.trim() !== text) {
    cell.textContent = text;
  }
  if (kind === "change") {
    cell.classList.toggle("gain", amount > 0n);
    cell.classList.toggle("loss", amount < 0n);
  }
}

const moved = (row) => BigInt(row.dataset.quantity) * (BigInt(row.dataset.now ?? row.dataset.ltp) - BigInt(row.dataset.ltp));

function rowsOf(tick) {
  return [...document.querySelectorAll("[data-ltp]")].filter(
    (row) => row.dataset.symbol === tick.symbol && row.dataset.exchange === tick.exchange,
  );
}

function follow(tick) {
  const now = units(tick.data.ltp);
  for (const row of rowsOf(tick)) {
    row.dataset.now = now;
    for (const cell of row.querySelectorAll("[data-cell]")) {
      if (cell.dataset.cell === "ltp") {
        write(cell, "price", now);
      } else if (cell.dataset.base) {
        write(cell, cell.dataset.cell, BigInt(cell.dataset.base) + moved(row));
      } else {
        const best = tick.data.depth?.[cell.dataset.cell === "bid" ? "buy" : "sell"]?.[0];
        if (best) {
          write(cell, "price", units(best.price));
        }
      }
    }
  }
  total();
}

function total() {
  const all = [...document.querySelectorAll("[data-ltp]")].map(moved).reduce((sum, each) => sum + each, 0n);
  for (const cell of document.querySelectorAll("[data-total]")) {
    write(cell, cell.dataset.total, BigInt(cell.dataset.base) + all);
  }
}

// What the page shows, once each: the list that a subscription takes, by the mode it needs
function shown() {
  const modes = new Map();
  for (const row of document.querySelectorAll("[data-ltp]")) {
    const { symbol, exchange, mode = "1" } = row.dataset;
    modes.set(mode, (modes.get(mode) ?? new Map()).set(`${exchange}:${symbol}`, { symbol, exchange }));
  }
  return [...modes].map(([mode, symbols]) => ({ mode: Number(mode), symbols: [...symbols.values()] }));
}
