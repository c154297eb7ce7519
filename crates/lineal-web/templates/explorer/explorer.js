// Suggests models while somebody types, and copies what is to be copied. Every page works without.

const WAIT = 150;
const MOST = 8;

/** The address of a model's page; a name that is no plain one goes into the query. */
const pageOf = (name) =>
  /^[A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+)?$/.test(name) && !name.split('/').some((part) => /^\.\.?$/.test(part))
    ? `/models/${name}`
    : `/models?name=${encodeURIComponent(name)}`;

/** Makes a search box a combobox: arrows choose, Enter goes there, Escape closes. */
const suggest = (input) => {
  const list = document.createElement('ul');
  list.id = `${input.id}-suggestions`;
  list.className = 'suggestions';
  list.role = 'listbox';
  list.setAttribute('aria-label', 'Models');
  list.hidden = true;
  input.after(list);
  const told = document.createElement('span');
  told.className = 'unseen';
  told.role = 'status';
  list.after(told);
  input.role = 'combobox';
  input.setAttribute('aria-autocomplete', 'list');
  input.setAttribute('aria-controls', list.id);
  input.setAttribute('aria-expanded', 'false');
  let chosen = -1;
  let timer;
  let request = new AbortController();

  const close = () => {
    clearTimeout(timer);
    request.abort();
    list.hidden = true;
    chosen = -1;
    input.setAttribute('aria-expanded', 'false');
    input.removeAttribute('aria-activedescendant');
  };
  const choose = (place) => {
    const options = [...list.children];
    chosen = (place + options.length) % options.length;
    options.forEach((option, at) => option.setAttribute('aria-selected', String(at === chosen)));
    options[chosen].scrollIntoView({ block: 'nearest' });
    input.setAttribute('aria-activedescendant', options[chosen].id);
  };
  const show = (hits) => {
    list.replaceChildren(
      ...hits.map((hit, at) => {
        const option = document.createElement('li');
        option.id = `${list.id}-${at}`;
        option.role = 'option';
        option.dataset.name = hit.id;
        option.setAttribute('aria-selected', 'false');
        const task = document.createElement('span');
        task.textContent = hit.task ?? '';
        option.append(hit.id, task);
        return option;
      }),
    );
    list.hidden = hits.length === 0;
    chosen = -1;
    input.setAttribute('aria-expanded', String(!list.hidden));
    input.removeAttribute('aria-activedescendant');
    told.textContent = hits.length === 1 ? 'One suggestion' : `${hits.length} suggestions`;
  };
  const ask = async () => {
    request.abort();
    request = new AbortController();
    const text = input.value.trim();
    if (text.length < 2) return close();
    try {
      const address = `/api/v1/search?limit=${MOST}&q=${encodeURIComponent(text)}`;
      const answer = await fetch(address, { signal: request.signal });
      if (!answer.ok) return close();
      const { items = [] } = await answer.json();
      if (document.activeElement === input) show(items.slice(0, MOST));
    } catch (error) {
      if (error.name !== 'AbortError') close();
    }
  };

  input.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT);
  });
  input.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && !list.hidden) {
      event.preventDefault();
      close();
    } else if (list.hidden) {
      return;
    } else if (event.key === 'ArrowDown') {
      event.preventDefault();
      choose(chosen + 1);
    } else if (event.key === 'ArrowUp') {
      event.preventDefault();
      choose(chosen < 0 ? -1 : chosen - 1);
    } else if (event.key === 'Enter' && chosen >= 0) {
      event.preventDefault();
      location.assign(pageOf(list.children[chosen].dataset.name));
    }
  });
  input.addEventListener('blur', close);
  // Before the box loses the focus, which would close the list.
  list.addEventListener('mousedown', (event) => event.preventDefault());
  list.addEventListener('click', (event) => {
    const option = event.target.closest('[role="option"]');
    if (option) location.assign(pageOf(option.dataset.name));
  });
};

/** Shows a button that copies the text of another element. */
const copy = (button) => {
  const told = button.parentElement.querySelector('[data-copied]');
  button.hidden = false;
  button.addEventListener('click', async () => {
    const text = document.getElementById(button.dataset.copy).textContent;
    try {
      await navigator.clipboard.writeText(text);
      told.textContent = 'Copied.';
    } catch {
      told.textContent = 'This browser does not allow it; select the text instead.';
    }
  });
};

document.querySelectorAll('.seek input[type="search"]').forEach(suggest);
document.querySelectorAll('button[data-copy]').forEach(copy);
