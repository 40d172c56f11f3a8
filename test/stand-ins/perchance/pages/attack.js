// What a page can do to the browser that shows it, and to the code that reads from it.

const MB = 1024 * 1024;
/** The larger one is more than the page itself may hold. */
const EXCESS_MB = { large_result: 16, huge_result: 60 };

const attacks = {
  huge_storage() {
    localStorage.setItem('hoard', 'x'.repeat(4.5 * MB));
  },

  async huge_database() {
    const opening = indexedDB.open('hoard', 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore('pile');
    const database = await settled(opening);
    const pile = database.transaction('pile', 'readwrite').objectStore('pile');
    for (let block = 0; block < 6; block += 1) await settled(pile.put('x'.repeat(10 * MB), block));
  },

  windows() {
    window.opened = Array.from({ length: 300 }, () => window.open('about:blank'));
  },

  async buffers() {
    window.hoard = [];
    for (let block = 0; block < 30; block += 1) {
      window.hoard.push(new Uint8Array(50 * MB).fill(1));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await new Promise((resolve) => setTimeout(resolve, 5000));
  },

  endless_loop() {
    for (;;) window.turns = (window.turns ?? 0) + 1;
  },

  async inward(targets) {
    await Promise.allSettled(targets.flatMap((target) => waysTo(target)));
  },
};

export async function attack(name, targets) {
  await attacks[name]?.(targets);
}

export function twistResult(name, dataUrl) {
  return dataUrl + 'A'.repeat((EXCESS_MB[name] ?? 0) * MB);
}

const settled = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/** Whatever comes of it: long enough for the request to have been sent. */
const pause = () => new Promise((resolve) => setTimeout(resolve, 300));

function waysTo(target) {
  const url = `http://${target}/reached`;
  const script = URL.createObjectURL(new Blob([`fetch('${url}?worker', { mode: 'no-cors' })`]));
  return [
    fetch(`${url}?fetch`, { mode: 'no-cors' }),
    pause(navigator.sendBeacon(`${url}?beacon`)),
    pause(window.open(`${url}?window`)),
    pause(window.open(`${url}?noopener`, '_blank', 'noopener')),
    pause(append('img', { src: `${url}?image` })),
    pause(append('iframe', { src: `${url}?frame` })),
    pause(new Worker(script)),
    pause(new WebSocket(`ws://${target}/reached?socket`)),
    pause(new EventSource(`${url}?events`)),
    pause(askForPeers(target)),
  ];
}

function append(name, attributes) {
  document.body.append(Object.assign(document.createElement(name), attributes));
}

/** WebRTC asks this server for the page's own address, over UDP and over TCP. */
async function askForPeers(target) {
  const urls = [`stun:${target}`, `turn:${target}?transport=tcp`];
  const peers = new RTCPeerConnection({ iceServers: [{ urls, username: 'a', credential: 'b' }] });
  peers.createDataChannel('any');
  await peers.setLocalDescription(await peers.createOffer());
}
