{{- /* What the chart labels all with, beside the labels that config/ has. */ -}}
{{- define "xos-operator.labels" -}}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end }}

{{- /* Of operators that are restricted to namespaces there may be several: what they have in the cluster is named after their own namespace. */ -}}
{{- define "xos-operator.suffix" -}}
{{ if .Values.namespaces }}-{{ .Release.Namespace }}{{ end }}
{{- end }}

{{- /* The image, by its digest where there is one. */ -}}
{{- define "xos-operator.image" -}}
{{- with .Values.image -}}
{{ .repository }}{{ if .digest }}@{{ .digest }}{{ else }}:{{ .tag | default $.Chart.AppVersion }}{{ end }}
{{- end -}}
{{- end }}
