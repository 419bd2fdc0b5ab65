{{- /* The settings file: the user's settings, and over them what follows from where the service runs. */ -}}
{{- define "windlass.settings" -}}
{{- $own := dict "namespace" .Release.Namespace "git" (dict "stateDir" "/var/lib/windlass/git") "http" (dict "enabled" true) -}}
{{- if .Values.webhook.secretName -}}
{{- $_ := set $own "webhooks" (dict "secretEnv" "WINDLASS_WEBHOOK_SECRET") -}}
{{- end -}}
{{- if .Values.certificateAuthorities.configMap -}}
{{- $_ := set $own.git "caFile" (include "windlass.caFile" .) -}}
{{- end -}}
{{- $registries := dict -}}
{{- if .Values.registriesConf.configMap -}}
{{- $_ := set $registries "conf" "/etc/windlass-registries/registries.conf" -}}
{{- end -}}
{{- if .Values.registryScripts.configMap -}}
{{- $_ := set $registries "scriptDir" "/etc/windlass-scripts" -}}
{{- end -}}
{{- if .Values.dockerConfig.secretName -}}
{{- $_ := set $registries "dockerConfig" "/etc/windlass-docker/config.json" -}}
{{- end -}}
{{- if $registries -}}
{{- $_ := set $own "registries" $registries -}}
{{- end -}}
{{- toYaml (mergeOverwrite (deepCopy .Values.settings) $own) -}}
{{- end -}}

{{- define "windlass.caFile" -}}
/etc/windlass-ca/{{ .Values.certificateAuthorities.key }}
{{- end -}}

{{- /* The port on which the container listens. */ -}}
{{- define "windlass.port" -}}
{{- dig "http" "port" 8080 .Values.settings | int -}}
{{- end -}}
