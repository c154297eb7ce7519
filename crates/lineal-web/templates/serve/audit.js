// Number keys answer the question in focus and lead to the next one. The form works without.

const form = document.querySelector('form');
const questions = [...form.querySelectorAll('fieldset:not(.real)')];
const isText = (element) => element.matches('textarea, select, input:not([type="radio"])');

/** The question in focus, else the first that wants an answer, else the first. */
const current = () =>
  questions.find((question) => question.contains(document.activeElement)) ??
  questions.find((question) => !question.querySelector('input:checked')) ??
  questions[0];

/** Where to go on after a question: the next one, or the button that saves. */
const after = (question) => {
  const next = questions[questions.indexOf(question) + 1];
  return next?.querySelector('input:checked') ?? next?.querySelector('input') ?? form.querySelector('.first');
};

document.addEventListener('keydown', (event) => {
  if (isText(event.target) || event.ctrlKey || event.altKey || event.metaKey) return;
  if (!/^[1-9]$/.test(event.key)) return;
  const question = current();
  const choice = question.querySelectorAll('label:not(.none-yet) input')[Number(event.key) - 1];
  if (!choice) return;
  event.preventDefault();
  choice.checked = true;
  after(question).focus();
});

document.documentElement.classList.add('has-keys');
form.querySelector('.keys').hidden = false;
