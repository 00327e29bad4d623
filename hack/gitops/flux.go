package main

import (
	"context"
	"errors"
	"time"

	"github.com/fluxcd/cli-utils/pkg/kstatus/polling"
	"github.com/fluxcd/pkg/ssa"
	"github.com/fluxcd/pkg/ssa/normalize"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

const (
	// The field manager of kustomize-controller, and the group of its labels.
	controllerName = "kustomize-controller"
	fluxGroup      = "kustomize.toolkit.fluxcd.io"
	// The namespace of the Kustomization that the labels name.
	fluxNamespace = "flux-system"

	pollInterval = 500 * time.Millisecond
	patience     = 90 * time.Second
)

// flux does what kustomize-controller does for a Kustomization that has `wait: true` and `prune: true`.
type flux struct {
	*ssa.ResourceManager
	kustomization string
}

func newFlux(kubeconfig, kustomization string) (*flux, error) {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return nil, err
	}
	config.UserAgent = controllerName
	// The API server limits it, as it does with Flux.
	config.QPS = -1
	kube, err := client.New(config, client.Options{})
	if err != nil {
		return nil, err
	}
	poller := polling.NewStatusPoller(kube, kube.RESTMapper(), polling.Options{})
	owner := ssa.Owner{Field: controllerName, Group: fluxGroup}
	return &flux{ssa.NewResourceManager(kube, poller, owner), kustomization}, nil
}

// do gives what was done with each object: created, configured, unchanged, deleted or skipped.
func (f *flux) do(ctx context.Context, verb string, objects []*unstructured.Unstructured) (map[string]ssa.Action, error) {
	switch verb {
	case "apply":
		return f.apply(ctx, objects)
	case "prune":
		return f.prune(ctx, objects)
	}
	return nil, errors.New(usage)
}

func (f *flux) apply(ctx context.Context, objects []*unstructured.Unstructured) (map[string]ssa.Action, error) {
	if err := normalize.UnstructuredList(objects); err != nil {
		return nil, err
	}
	f.SetOwnerLabels(objects, f.kustomization, fluxNamespace)
	changes, err := f.ApplyAllStaged(ctx, objects, applyOptions())
	if err != nil {
		return nil, err
	}
	wait := ssa.WaitOptions{Interval: pollInterval, Timeout: patience, FailFast: true}
	if err := f.WaitForSetWithContext(ctx, changes.ToObjMetadataSet(), wait); err != nil {
		return nil, err
	}
	return changes.ToMap(), nil
}

// applyOptions undoes what people changed with kubectl, which is how Flux corrects drift.
func applyOptions() ssa.ApplyOptions {
	options := ssa.DefaultApplyOptions()
	options.WaitInterval = pollInterval
	options.Cleanup.Annotations = []string{corev1.LastAppliedConfigAnnotation}
	options.Cleanup.FieldManagers = []ssa.FieldManager{
		{Name: "kubectl", OperationType: metav1.ManagedFieldsOperationApply},
		{Name: "kubectl", OperationType: metav1.ManagedFieldsOperationUpdate},
		{Name: "before-first-apply", OperationType: metav1.ManagedFieldsOperationUpdate},
		{Name: controllerName, OperationType: metav1.ManagedFieldsOperationUpdate},
	}
	return options
}

// prune deletes in the order in which Flux does, namespaces last, and nothing that another Kustomization applied.
func (f *flux) prune(ctx context.Context, objects []*unstructured.Unstructured) (map[string]ssa.Action, error) {
	options := ssa.DefaultDeleteOptions()
	options.Inclusions = f.GetOwnerLabels(f.kustomization, fluxNamespace)
	options.Exclusions = map[string]string{fluxGroup + "/prune": "disabled"}
	changes, err := f.DeleteAll(ctx, objects, options)
	if err != nil {
		return nil, err
	}
	wait := ssa.WaitOptions{Interval: pollInterval, Timeout: patience}
	if err := f.WaitForSetTermination(changes, wait); err != nil {
		return nil, err
	}
	return changes.ToMap(), nil
}
