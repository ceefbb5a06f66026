/** Which SKU's history is open. */
import { signal } from '@preact/signals';

export const historyOf = signal<string | null>(null);

export function openHistory(skuId: string): void {
  historyOf.value = skuId;
}

export function closeHistory(): void {
  historyOf.value = null;
}
