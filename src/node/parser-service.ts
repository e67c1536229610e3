// What the thread that parses does: opens one checkpoint at a time and answers for its weights. It can be stopped at any
// moment without harm to anybody else. Read parser.ts first.
import type { MessagePort } from 'node:worker_threads';
import type { Checkpoint } from '../checkpoint/checkpoint.js';
import { openCheckpoint } from '../checkpoint/open.js';
import { bytesSource, type Source } from '../checkpoint/source.js';
import {
  describeCheckpoint,
  errorData,
  errorOf,
  type FromThread,
  type Question,
  type ToThread,
} from './parser-protocol.js';

/** A sibling as it arrives: the file, or why there is none. */
type SiblingFile = Extract<ToThread, { sibling: number }>['file'];

/** Answers what comes through `port`, one after another. */
export function serve(port: MessagePort): void {
  const say = (message: FromThread, transfer: ArrayBuffer[] = []): void => port.postMessage(message, transfer);
  const siblings = new Map<number, (file: SiblingFile) => void>();
  let checkpoint: Checkpoint | undefined;
  let siblingsAsked = 0;

  port.on('message', (message: ToThread) => {
    if ('sibling' in message) siblings.get(message.sibling)?.(message.file);
    else void reply(message.id, message.question);
  });

  async function reply(id: number, question: Question): Promise<void> {
    try {
      if (question.ask === 'read') return await sendWeight(id, question);
      checkpoint?.close();
      checkpoint = undefined;
      if (question.ask === 'open') checkpoint = await openCheckpoint(sourceOf(question, askForSibling));
      say({ id, answer: checkpoint === undefined ? null : describeCheckpoint(checkpoint) });
    } catch (error) {
      say({ id, error: errorData(error) });
    }
  }

  async function sendWeight(id: number, { layer, weight }: Extract<Question, { ask: 'read' }>): Promise<void> {
    const { data, shape } = await checkpoint!.layers[layer]!.weights[weight]!.read();
    // Values that lie in a larger buffer (a whole safetensors file) are copied out, and the copy handed over.
    const own = data.byteLength === data.buffer.byteLength ? data : data.slice();
    say({ id, answer: { data: own, shape } }, [own.buffer as ArrayBuffer]);
  }

  function askForSibling(name: string): Promise<Source> {
    const number = siblingsAsked++;
    return new Promise<Source>((resolve, reject) => {
      siblings.set(number, (file) => {
        siblings.delete(number);
        if ('error' in file) reject(errorOf(file));
        else resolve(bytesSource(file.name, file.bytes));
      });
      say({ sibling: number, name });
    });
  }
}

function sourceOf(
  { name, bytes, hasSiblings }: Extract<Question, { ask: 'open' }>,
  sibling: NonNullable<Source['sibling']>,
): Source {
  return { ...bytesSource(name, bytes), ...(hasSiblings && { sibling }) };
}
