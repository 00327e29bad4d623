/** Gauges whose value is looked up when somebody asks. */
import { Gauge, type Registry } from 'prom-client';

export type AddGauge = (name: string, help: string, value: () => number) => void;

export function gaugeOf(registers: Registry[]): AddGauge {
  return (name, help, value) => {
    const one: Gauge = new Gauge({ name, help, registers, collect: () => one.set(value()) });
  };
}
