/** The command line: its options follow from the fields; two more say where the file is, and print what counts. */
import { Command, CommanderError, Option } from 'commander';
import { VERSION } from '../version.ts';
import { type Field, fields, flagOf } from './fields.ts';
import { NothingToRun, UsageError } from './usage-error.ts';

/** What was asked for. */
export interface CommandLine {
  /** The options that were given, by the names of their fields. */
  readonly texts: Readonly<Record<string, string>>;
  /** The configuration file. */
  readonly config?: string;
  /** Whether to print what counts, and to end. */
  readonly printConfig: boolean;
}

interface Parsed extends Record<string, string | boolean | undefined> {
  readonly config?: string;
  readonly printConfig?: boolean;
}

/** What says where the file is; no field, because a file cannot say that. */
export const CONFIG_VARIABLE = 'XOS_CONFIG';

/** @throws UsageError; NothingToRun after --help and --version, which it prints */
export function parseCommandLine(argv: readonly string[]): CommandLine {
  const command = new Command('xos-operator')
    .description(
      'Turns the custom resources of xos.opencord.org into Kubernetes resources, and shows what others run as custom resources.',
    )
    .version(VERSION)
    .option(
      '--config <FILE>',
      `a file of YAML or JSON with these options as fields, such as logLevel (or $${CONFIG_VARIABLE})`,
    )
    .option('--print-config', 'prints what counts, and where it is from, as such a file, and ends')
    .configureOutput({ writeErr: () => undefined })
    .allowExcessArguments(false)
    .exitOverride();
  for (const field of fields) command.addOption(optionOf(field));
  const { config, printConfig, ...texts } = parsed(command, argv);
  return {
    texts: texts as Record<string, string>,
    ...(config !== undefined && { config }),
    printConfig: printConfig === true,
  };
}

function parsed(command: Command, argv: readonly string[]): Parsed {
  try {
    return command.parse([...argv], { from: 'user' }).opts<Parsed>();
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) throw new NothingToRun();
    throw new UsageError(`${saidOf(error)}. See --help.`);
  }
}

/** Without values: what was typed in a wrong place may be a secret. */
function saidOf({ code, message }: CommanderError): string {
  if (code === 'commander.excessArguments') return 'there are options only, and no arguments';
  return message.replace(/^error: /, '').replace(/=.*'/s, "'");
}

/** Not with commander's own defaults and variables: those it would look up by itself, and a file comes between them. */
function optionOf(field: Field): Option {
  const isFlag = field.schema.type === 'boolean';
  const option = new Option(`${flagOf(field.name)} ${isFlag ? `[${field.value}]` : `<${field.value}>`}`, helpOf(field));
  if (isFlag) option.preset('true');
  return field.hidden ? option.hideHelp() : option;
}

function helpOf({ meaning, variables, default: value, otherwise }: Field): string {
  const standard = otherwise ?? value;
  const notes = [
    variables.map((variable) => `$${variable}`).join(' or '),
    ...(standard === undefined ? [] : [`default: ${String(standard)}`]),
  ];
  return `${meaning} (${notes.join('; ')})`;
}
