/** Calls between two threads, in both directions, through one port. */
import { fromFault, toFault, type Fault } from '../../http/heavy/heavy-request.ts';

/** What a thread offers to the other one. Arguments and results are copied. */
type Methods = { readonly [Name in string]: (argument: never) => unknown };

interface Port {
  postMessage(message: Message): void;
  on(event: 'message', hear: (message: Message) => void): unknown;
}

type Message =
  | { readonly id: number; readonly name: string; readonly argument: unknown }
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly fault: Fault };

export interface Talk<Theirs> {
  /** Calls the other thread. Rejects with its error, and with the reason of `end`. */
  ask<Name extends keyof Theirs & string>(
    name: Name,
    argument: Theirs[Name] extends (argument: infer A) => unknown ? A : never,
  ): Promise<Theirs[Name] extends (argument: never) => infer R ? Awaited<R> : never>;
  /** The other thread has ended: open and later calls reject. */
  end(reason: Error): void;
}

/** Answers calls from the port with these methods, and makes calls through it. */
export function talk<Theirs>(port: Port, mine: Methods): Talk<Theirs> {
  const open = new Map<number, PromiseWithResolvers<unknown>>();
  let lastId = 0;
  let ended: Error | undefined;
  port.on('message', (message) => {
    if ('name' in message) return void answer(port, mine, message);
    const call = open.get(message.id);
    open.delete(message.id);
    if ('fault' in message) call?.reject(fromFault(message.fault));
    else call?.resolve(message.value);
  });
  return {
    ask(name, argument) {
      if (ended) return Promise.reject(ended);
      const call = Promise.withResolvers<unknown>();
      const id = ++lastId;
      open.set(id, call);
      port.postMessage({ id, name, argument });
      // The other thread answers with the result of the method of this name.
      return call.promise as never;
    },
    end(reason) {
      ended ??= reason;
      for (const { reject } of open.values()) reject(ended);
      open.clear();
    },
  };
}

async function answer(
  port: Port,
  mine: Methods,
  { id, name, argument }: { readonly id: number; readonly name: string; readonly argument: unknown },
): Promise<void> {
  try {
    // The other thread calls only what is there, with what it takes.
    const value = await mine[name]?.(argument as never);
    port.postMessage({ id, value });
  } catch (error) {
    port.postMessage({ id, fault: toFault(error) });
  }
}
