package main

import (
	"errors"
	"fmt"
	"io"

	helmv2 "github.com/fluxcd/helm-controller/api/v2"
	"sigs.k8s.io/yaml"
)

// helmRelease is what Flux makes of a HelmRelease: a HelmChart, of which source-controller makes an archive, and a release of it.
type helmRelease struct {
	Name      string         `json:"name"`
	Namespace string         `json:"namespace"`
	Values    map[string]any `json:"values"`
	Chart     map[string]any `json:"chart"`
}

// readHelmRelease reads a document in YAML. A field that helm-controller does not know is an error.
func readHelmRelease(from io.Reader) (*helmRelease, error) {
	document, err := io.ReadAll(from)
	if err != nil {
		return nil, err
	}
	var asked helmv2.HelmRelease
	if err := yaml.UnmarshalStrict(document, &asked); err != nil {
		return nil, fmt.Errorf("this is no HelmRelease: %w", err)
	}
	if asked.APIVersion != helmv2.GroupVersion.String() || !asked.HasChartTemplate() {
		return nil, errors.New("this is no HelmRelease with a chart in spec.chart")
	}
	return &helmRelease{
		Name:      asked.GetReleaseName(),
		Namespace: asked.GetReleaseNamespace(),
		Values:    asked.GetValues(),
		Chart:     helmChart(asked),
	}, nil
}

func helmChart(asked helmv2.HelmRelease) map[string]any {
	template := asked.Spec.Chart
	source := template.Spec.SourceRef
	return map[string]any{
		"apiVersion": "source.toolkit.fluxcd.io/v1",
		"kind":       "HelmChart",
		"metadata":   map[string]any{"name": asked.GetHelmChartName(), "namespace": template.GetNamespace(asked.Namespace)},
		"spec": map[string]any{
			"chart":             template.Spec.Chart,
			"interval":          template.GetInterval(asked.Spec.Interval).Duration.String(),
			"reconcileStrategy": template.Spec.ReconcileStrategy,
			"sourceRef":         map[string]any{"kind": source.Kind, "name": source.Name},
		},
	}
}
