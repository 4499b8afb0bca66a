'use strict';
const data = JSON.parse(document.getElementById('data').textContent);
const get = (id) => document.getElementById(id);
const canvas = get('canvas');
const context = canvas.getContext('2d');
const last = data.indices.length - 1;
const rate = data.fps > 0 ? data.fps : 10;
const outline = 2;
const shown = new Set(data.objects.map((object) => object.id));
const loaded = { frames: [], labels: [], flows: [] };
let position = 0;
let wanted = 0;
let playing = false;

/* Pictures are decoded when they are needed, and kept. */
function load(kind, index) {
  const code = data[kind][index];
  if (!code) return Promise.resolve(null);
  if (!loaded[kind][index]) {
    const picture = new Image();
    const type = kind === 'labels' ? 'png' : 'jpeg';
    picture.src = `data:image/${type};base64,${code}`;
    loaded[kind][index] = picture.decode().then(
      () => (kind === 'labels' ? readLabels(picture) : picture));
  }
  return loaded[kind][index];
}

/* Numbers of the objects; a grey PNG comes back exactly as it was written. */
function readLabels(picture) {
  const { width, height } = picture;
  const scratch = document.createElement('canvas');
  scratch.width = width;
  scratch.height = height;
  const brush = scratch.getContext('2d', { willReadFrequently: true });
  brush.drawImage(picture, 0, 0);
  const pixels = brush.getImageData(0, 0, width, height).data;
  const labels = new Uint8Array(width * height);
  for (let i = 0; i < labels.length; i++) labels[i] = pixels[4 * i];
  return { labels, width, height };
}

function isRim(labels, x, y, width, height) {
  const own = labels[y * width + x];
  for (let step = 1; step <= outline; step++) {
    if ((x >= step && labels[y * width + x - step] !== own) ||
        (x + step < width && labels[y * width + x + step] !== own) ||
        (y >= step && labels[(y - step) * width + x] !== own) ||
        (y + step < height && labels[(y + step) * width + x] !== own)) {
      return true;
    }
  }
  return false;
}

function drawOverlay({ labels, width, height }, view, opacity) {
  const image = new ImageData(width, height);
  const colors = {};
  for (const object of data.objects) {
    if (shown.has(object.id)) colors[object.id] = object.color;
  }
  const rim = Math.min(1, 1.8 * opacity);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const color = colors[labels[i]];
      let alpha = 0;
      if (color) {
        if (isRim(labels, x, y, width, height)) alpha = rim;
        else if (view === 'tint') alpha = opacity;
        image.data.set(color, 4 * i);
      } else if (view === 'cut') {
        alpha = opacity;
      }
      image.data[4 * i + 3] = 255 * alpha;
    }
  }
  const scratch = document.createElement('canvas');
  scratch.width = width;
  scratch.height = height;
  scratch.getContext('2d').putImageData(image, 0, 0);
  context.drawImage(scratch, 0, 0, canvas.width, canvas.height);
}

async function draw() {
  const index = position;
  wanted = index;
  const view = document.querySelector('[name=view]:checked').value;
  const opacity = get('opacity').value / 100;
  const [frame, labels, flow] = await Promise.all(
    [load('frames', index), load('labels', index),
      view === 'flow' ? load('flows', index) : null]);
  if (wanted !== index) return;
  if (canvas.width !== frame.width || canvas.height !== frame.height) {
    canvas.width = frame.width;
    canvas.height = frame.height;
  }
  context.drawImage(frame, 0, 0);
  if (flow) {
    context.globalAlpha = opacity;
    context.drawImage(flow, 0, 0, canvas.width, canvas.height);
    context.globalAlpha = 1;
  } else if (opacity > 0 && data.objects.length) {
    drawOverlay(labels, view, opacity);
  }
  canvas.dataset.drawn = data.indices[index];
  load('frames', Math.min(last, index + 1));
  load('labels', Math.min(last, index + 1));
}

function place(index) {
  return (data.indices[index] + 0.5) / data.numFrames;
}

function show(index) {
  position = Math.max(0, Math.min(last, index));
  const frame = data.indices[position];
  const text = `frame ${frame + 1} of ${data.numFrames}`;
  get('seek').value = position;
  get('seek').setAttribute('aria-valuetext', text);
  get('time').textContent =
    `${(frame / rate).toFixed(2)} s · ${frame + 1}/${data.numFrames}`;
  canvas.setAttribute('aria-label', `${text}, ${data.names[position]}`);
  document.querySelector('.timeline').style.setProperty(
    '--at', place(position));
  for (const object of data.objects) {
    const row = document.querySelector(`[data-object="${object.id}"]`);
    const seen = object.areas[position] > 0;
    row.querySelector('[data-now=area]').textContent =
      seen ? `${object.areas[position].toFixed(1)}%` : '–';
    row.querySelector('[data-now=confidence]').textContent =
      seen ? object.scores[position].toFixed(2) : '–';
  }
  draw();
}

function setPlaying(value) {
  playing = value && last > 0;
  get('play').classList.toggle('playing', playing);
  get('play').setAttribute('aria-label', playing ? 'Pause' : 'Play');
  if (!playing) return;
  if (position === last) show(0);
  let before = performance.now();
  let frame = data.indices[position];
  const tick = (now) => {
    if (!playing) return;
    frame += (now - before) / 1000 * rate * Number(get('speed').value);
    before = now;
    let index = position;
    while (index < last && data.indices[index + 1] <= frame) index++;
    if (index !== position) show(index);
    if (index === last) setPlaying(false);
    else requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
}

function setOpacity(value) {
  get('opacity').value = value;
  get('opacity-value').textContent = `${get('opacity').value}%`;
  draw();
}

function buildStrip() {
  const count = Math.min(last + 1, 14);
  for (let k = 0; k < count; k++) {
    const middle = (k + 0.5) / count;
    let best = 0;
    data.indices.forEach((_, index) => {
      if (data.flows[index] && Math.abs(place(index) - middle) <
          Math.abs(place(best) - middle)) best = index;
    });
    if (!data.flows[best]) best = data.flows.findIndex(Boolean);
    if (best < 0) return;
    const picture = new Image();
    picture.alt = '';
    picture.src = `data:image/jpeg;base64,${data.flows[best]}`;
    get('strip').append(picture);
  }
}

function followPointer(plot) {
  const seek = (event) => {
    const box = plot.getBoundingClientRect();
    const share = (event.clientX - box.left) / box.width;
    let best = 0;
    data.indices.forEach((_, index) => {
      if (Math.abs(place(index) - share) < Math.abs(place(best) - share)) {
        best = index;
      }
    });
    show(best);
  };
  plot.addEventListener('pointerdown', (event) => {
    setPlaying(false);
    plot.setPointerCapture(event.pointerId);
    seek(event);
  });
  plot.addEventListener('pointermove', (event) => {
    if (plot.hasPointerCapture(event.pointerId)) seek(event);
  });
}

const keys = {
  ' ': () => setPlaying(!playing),
  ArrowLeft: (event) => step(event.shiftKey ? -10 : -1),
  ArrowRight: (event) => step(event.shiftKey ? 10 : 1),
  ArrowUp: () => setOpacity(Number(get('opacity').value) + 5),
  ArrowDown: () => setOpacity(Number(get('opacity').value) - 5),
  Home: () => step(-last),
  End: () => step(last),
};

function step(by) {
  setPlaying(false);
  show(position + by);
}

/* A focused control keeps the keys that it uses itself. */
document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const target = event.target;
  if (target.closest('select, pre') ||
      target.matches('[type=radio], #opacity')) return;
  if (event.key === ' ' &&
      target.closest('button, summary, [type=checkbox]')) return;
  if (keys[event.key] && (last > 0 || event.key.startsWith('Arrow'))) {
    event.preventDefault();
    keys[event.key](event);
  }
});

async function copyCommand() {
  const code = get('command');
  getSelection().selectAllChildren(code);
  try {
    await navigator.clipboard.writeText(code.textContent);
  } catch {
    document.execCommand('copy');
  }
  get('copy').textContent = 'Copied';
  setTimeout(() => { get('copy').textContent = 'Copy'; }, 1500);
}

function switchTheme() {
  const root = document.documentElement;
  const dark = root.dataset.theme
    ? root.dataset.theme === 'dark'
    : matchMedia('(prefers-color-scheme: dark)').matches;
  root.dataset.theme = dark ? 'light' : 'dark';
}

get('seek').max = last;
get('seek').addEventListener('input', (event) => {
  setPlaying(false);
  show(Number(event.target.value));
});
get('play').addEventListener('click', () => setPlaying(!playing));
get('back').addEventListener('click', () => step(-1));
get('forward').addEventListener('click', () => step(1));
get('opacity').addEventListener('input', (e) => setOpacity(e.target.value));
get('theme').addEventListener('click', switchTheme);
get('copy').addEventListener('click', copyCommand);
for (const radio of document.querySelectorAll('[name=view]')) {
  radio.addEventListener('change', draw);
}
for (const box of document.querySelectorAll('[data-show]')) {
  const id = Number(box.dataset.show);
  box.addEventListener('change', () => {
    shown[box.checked ? 'add' : 'delete'](id);
    for (const line of document.querySelectorAll(`.object-${id}`)) {
      line.classList.toggle('off', !box.checked);
    }
    draw();
  });
}
if (!data.objects.length) {
  const view = document.querySelector('[name=view][value=frame]');
  view.checked = true;
}
buildStrip();
document.querySelectorAll('.plot').forEach(followPointer);
show(0);
