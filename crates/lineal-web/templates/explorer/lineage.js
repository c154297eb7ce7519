// Pans and zooms the drawing of a lineage. Without it, the drawing scrolls in its frame.
//
// The frame stays an element that scrolls, and zooming makes the drawing larger or smaller in it. So whatever
// a link in focus needs to be seen, the browser does by itself, and a wheel that nothing is
// held with still scrolls the page.

const SMALLEST = 0.2;
const LARGEST = 4;
const STEP = 1.25;
/** So far a pointer may move and still click. */
const SLACK = 4;
/** So much of the frame a key moves the drawing by. */
const STRIDE = 0.2;

const isStill = matchMedia('(prefers-reduced-motion: reduce)');

/** Makes one drawing move. */
const liven = (figure) => {
  const view = figure.querySelector('.lineage-view');
  const svg = view.querySelector('svg');
  const { width, height } = svg.viewBox.baseVal;
  let scale = 1;

  /** Zooms, so that what is at a point of the frame stays there. */
  const zoom = (wanted, x = view.clientWidth / 2, y = view.clientHeight / 2) => {
    const before = svg.getBoundingClientRect();
    const frame = view.getBoundingClientRect();
    const at = { x: (frame.left + x - before.left) / before.width, y: (frame.top + y - before.top) / before.height };
    scale = Math.min(LARGEST, Math.max(SMALLEST, wanted));
    svg.setAttribute('width', Math.round(width * scale));
    svg.setAttribute('height', Math.round(height * scale));
    const after = svg.getBoundingClientRect();
    view.scrollLeft += after.left + at.x * after.width - (frame.left + x);
    view.scrollTop += after.top + at.y * after.height - (frame.top + y);
    tell();
  };

  const fit = () => zoom(Math.min(1, view.clientWidth / width));

  /** Moves the drawing; whether there was any room to. */
  const pan = (x, y, isSmooth = false) => {
    const before = [view.scrollLeft, view.scrollTop];
    const left = Math.min(Math.max(before[0] + x, 0), view.scrollWidth - view.clientWidth);
    const top = Math.min(Math.max(before[1] + y, 0), view.scrollHeight - view.clientHeight);
    view.scrollTo({ left, top, behavior: isSmooth && !isStill.matches ? 'smooth' : 'instant' });
    return Math.abs(left - before[0]) >= 1 || Math.abs(top - before[1]) >= 1;
  };

  /** Brings an element of the drawing to the middle of the frame, without moving the page. */
  const centre = (element) => {
    const box = element.getBoundingClientRect();
    const frame = view.getBoundingClientRect();
    pan((box.left + box.right - frame.left - frame.right) / 2, (box.top + box.bottom - frame.top - frame.bottom) / 2);
  };

  // Buttons, for who has neither wheel nor keys.
  const tools = document.createElement('div');
  tools.className = 'lineage-tools';
  tools.setAttribute('role', 'group');
  tools.setAttribute('aria-label', 'Zoom the drawing');
  const size = document.createElement('span');
  size.className = 'unseen';
  size.setAttribute('role', 'status');
  const button = (text, label, act) => {
    const made = document.createElement('button');
    made.type = 'button';
    made.textContent = text;
    made.title = label;
    made.setAttribute('aria-label', label);
    made.addEventListener('click', act);
    tools.append(made);
  };
  button('+', 'Zoom in', () => zoom(scale * STEP));
  button('−', 'Zoom out', () => zoom(scale / STEP));
  button('1:1', '1:1, original size', () => zoom(1));
  button('Fit', 'Fit to width', fit);
  tools.append(size);
  figure.prepend(tools);
  const tell = () => {
    size.textContent = `${Math.round(scale * 100)} %`;
  };

  const keys = {
    ArrowLeft: () => pan(-STRIDE * view.clientWidth, 0, true),
    ArrowRight: () => pan(STRIDE * view.clientWidth, 0, true),
    ArrowUp: () => pan(0, -STRIDE * view.clientHeight, true),
    ArrowDown: () => pan(0, STRIDE * view.clientHeight, true),
    '+': () => zoom(scale * STEP),
    '=': () => zoom(scale * STEP),
    '-': () => zoom(scale / STEP),
    0: () => zoom(1),
  };
  view.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const act = keys[event.key];
    // A drawing that cannot move any further lets the page scroll.
    if (act && act() !== false) event.preventDefault();
  });

  view.addEventListener(
    'wheel',
    (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      const frame = view.getBoundingClientRect();
      const turn = Math.min(50, Math.max(-50, event.deltaY));
      zoom(scale * Math.exp(-turn / 100), event.clientX - frame.left, event.clientY - frame.top);
    },
    { passive: false },
  );

  // A mouse or pen drags; a finger scrolls as it does everywhere, and two fingers zoom.
  let drag = null;
  view.addEventListener('pointerdown', (event) => {
    if (event.pointerType === 'touch' || event.button !== 0) return;
    drag = { id: event.pointerId, x: event.clientX, y: event.clientY, isFar: false };
  });
  view.addEventListener('pointermove', (event) => {
    if (drag?.id !== event.pointerId) return;
    const x = event.clientX - drag.x;
    const y = event.clientY - drag.y;
    if (!drag.isFar && Math.hypot(x, y) < SLACK) return;
    if (!drag.isFar) {
      drag.isFar = true;
      view.setPointerCapture(event.pointerId);
      view.classList.add('dragged');
    }
    pan(-x, -y);
    drag.x = event.clientX;
    drag.y = event.clientY;
  });
  const drop = (event) => {
    if (drag?.id !== event.pointerId) return;
    view.classList.remove('dragged');
    // The click that ends a drag follows at once; it is not meant for a link.
    const { isFar } = drag;
    drag = null;
    if (!isFar) return;
    const stop = (click) => {
      click.preventDefault();
      click.stopPropagation();
    };
    view.addEventListener('click', stop, { capture: true, once: true });
    setTimeout(() => view.removeEventListener('click', stop, { capture: true }));
  };
  view.addEventListener('pointerup', drop);
  view.addEventListener('pointercancel', drop);
  view.addEventListener('dragstart', (event) => event.preventDefault());

  let pinch = null;
  const between = ([one, other]) => {
    const frame = view.getBoundingClientRect();
    return {
      apart: Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY),
      x: (one.clientX + other.clientX) / 2 - frame.left,
      y: (one.clientY + other.clientY) / 2 - frame.top,
    };
  };
  const touch = (event) => {
    if (event.touches.length !== 2) {
      pinch = null;
      return;
    }
    if (event.cancelable) event.preventDefault();
    const now = between(event.touches);
    if (pinch) {
      pan(pinch.x - now.x, pinch.y - now.y);
      zoom(scale * (now.apart / Math.max(1, pinch.apart)), now.x, now.y);
    }
    pinch = now;
  };
  for (const type of ['touchstart', 'touchmove', 'touchend', 'touchcancel']) {
    view.addEventListener(type, touch, { passive: false });
  }

  view.classList.add('moves');
  const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  centre(target && svg.contains(target) ? target : svg.querySelector('[aria-current]'));
};

document.querySelectorAll('.lineage').forEach(liven);
