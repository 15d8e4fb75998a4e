/* What the server says, in words for the page. Nothing here touches the page. */

/** Advice that only those can follow who write requests or programs. */
const kForPrograms = /\bdocs\/[\w-]+\.md\b|\b(GET|POST|PATCH|PUT|DELETE) \/|\bfovea man\b/;

/** Options of the command line, and what they are for somebody at the page. */
const kOptions = [
  [/--size\b/, "'fovea serve -m FILE --size N'"],
  [/--scores\b/, "'fovea serve -m FILE --scores NAME'"],
  [/--activation\b/, "'fovea serve -m FILE --activation NAME'"],
  [/--preprocess\b/, "Preprocessing, beside the photo in Look,"],
  [/--max-memory or LoadOptions::max_memory\b/, "'fovea serve --max-memory SIZE'"],
  [/--smooth\b/, "noisy copies"],
  [/\(-m names another\)/, "(Open… takes another)"],
];

/** A sentence of the server with what the page, or the start of the studio, would need in the place of bare options. */
export const pageText = (text) => kOptions.reduce((words, [option, instead]) => words.replace(option, instead), text ?? "");

/** Advice for the page; "" where it is none for a page. */
export const pageAdvice = (text) => (kForPrograms.test(text ?? "") ? "" : pageText(text));

const capital = (text) => text && text[0].toUpperCase() + text.slice(1);

/** Message and advice one after the other, as sentences. The message may begin with the name of a file, which stays as it is. */
export function inSentences({ message, help }) {
  return [message, capital(help)].filter(Boolean).map((text) => (/[.!?…]$/.test(text) ? text : `${text}.`)).join(" ");
}

/** A message without the name, or the path, of the file that is named beside it. */
export function reasonOf(name, { message }) {
  const at = message.indexOf(`${name}: `);
  return at === 0 || message[at - 1] === "/" || message[at - 1] === "\\" ? message.slice(at + name.length + 2) : message;
}
