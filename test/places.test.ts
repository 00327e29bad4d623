/** How an object of config/ becomes a template of the chart: what stands in each place, and that nothing else is taken for one. */
import { stringify } from 'yaml';
import { Places } from '../hack/generate/places.ts';

const templateOf = (make: (places: Places) => object) => {
  const places = new Places();
  return places.fill(stringify(make(places)));
};

test.each([
  {
    place: 'a value',
    make: (places: Places) => ({ user: `sa:${places.value('$.Release.Namespace')}:${places.value('.Values.name')}` }),
    gives: 'user: sa:{{ $.Release.Namespace }}:{{ .Values.name }}\n',
  },
  {
    place: 'a text that may be left out',
    make: (places: Places) => ({ a: { b: places.optionalText('.Values.b') } }),
    gives: 'a:\n  {{- with .Values.b }}\n  b: {{ . }}\n  {{- end }}\n',
  },
  {
    place: 'a map or list that may be left out',
    make: (places: Places) => ({ a: { b: places.optional('.Values.b') } }),
    gives: 'a:\n  {{- with .Values.b }}\n  b:\n    {{- toYaml . | nindent 4 }}\n  {{- end }}\n',
  },
  {
    place: 'more entries of a map',
    make: (places: Places) => ({ a: { b: 'c', [places.entries('.Values.more')]: null } }),
    gives: 'a:\n  b: c\n  {{- with .Values.more }}\n  {{- toYaml . | nindent 2 }}\n  {{- end }}\n',
  },
  {
    place: 'what a named template says',
    make: (places: Places) => ({ a: { [places.included('labels')]: null } }),
    gives: 'a:\n  {{- include "labels" $ | nindent 2 }}\n',
  },
  {
    place: 'entries of a map that may be left out',
    make: (places: Places) => ({ a: { [places.given('.Values.c', { b: { c: places.value('.Values.d') } })]: null } }),
    gives: 'a:\n  {{- if .Values.c }}\n  b:\n    c: {{ .Values.d }}\n  {{- end }}\n',
  },
  {
    place: 'a list item that may be left out',
    make: (places: Places) => ({ a: ['b', places.item('.Values.c', '--c={{ .Values.c }}')] }),
    gives: 'a:\n  - b\n  {{- if .Values.c }}\n  - --c={{ .Values.c }}\n  {{- end }}\n',
  },
])('$place', ({ make, gives }) => {
  expect(templateOf(make)).toBe(gives);
});

test('what looks like a template is text', () => {
  expect(templateOf(() => ({ a: 'of {{ $labels.resource }}' }))).toBe('a: of {{ "{{" }} $labels.resource }}\n');
});
