package main

import (
	"context"
	"fmt"
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
	// Of kustomize-controller: its field manager, and the group of its labels.
	controllerName = "kustomize-controller"
	fluxGroup      = "kustomize.toolkit.fluxcd.io"
	// The namespace of the Kustomization that the labels name.
	fluxNamespace = "flux-system"

	pollInterval = 500 * time.Millisecond
	patience     = 90 * time.Second
)

// runFlux does with objects what kustomize-controller does for a Kustomization, with `wait: true` and `prune: true`. It gives what was
// done with each: created, configured, unchanged, deleted or skipped.
func runFlux(
	ctx context.Context,
	verb, kubeconfig, name string,
	objects []*unstructured.Unstructured,
) (map[string]ssa.Action, error) {
	manager, err := newManager(kubeconfig)
	if err != nil {
		return nil, err
	}
	switch verb {
	case "apply":
		return apply(ctx, manager, name, objects)
	case "prune":
		return prune(ctx, manager, name, objects)
	}
	return nil, fmt.Errorf("%s", usage)
}

func newManager(kubeconfig string) (*ssa.ResourceManager, error) {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return nil, err
	}
	config.UserAgent = controllerName
	// API Priority and Fairness limits it, as it does in Flux.
	config.QPS = -1
	kube, err := client.New(config, client.Options{})
	if err != nil {
		return nil, err
	}
	poller := polling.NewStatusPoller(kube, kube.RESTMapper(), polling.Options{})
	return ssa.NewResourceManager(kube, poller, ssa.Owner{Field: controllerName, Group: fluxGroup}), nil
}

func apply(
	ctx context.Context,
	manager *ssa.ResourceManager,
	name string,
	objects []*unstructured.Unstructured,
) (map[string]ssa.Action, error) {
	if err := normalize.UnstructuredList(objects); err != nil {
		return nil, err
	}
	manager.SetOwnerLabels(objects, name, fluxNamespace)
	changes, err := manager.ApplyAllStaged(ctx, objects, applyOptions())
	if err != nil {
		return nil, err
	}
	wait := ssa.WaitOptions{Interval: pollInterval, Timeout: patience, FailFast: true}
	if err := manager.WaitForSetWithContext(ctx, changes.ToObjMetadataSet(), wait); err != nil {
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

// prune deletes in the order in which Flux does: kinds that it does not know first, namespaces last.
func prune(
	_ context.Context,
	manager *ssa.ResourceManager,
	name string,
	objects []*unstructured.Unstructured,
) (map[string]ssa.Action, error) {
	options := ssa.DefaultDeleteOptions()
	options.Inclusions = manager.GetOwnerLabels(name, fluxNamespace)
	options.Exclusions = map[string]string{fluxGroup + "/prune": "disabled"}
	changes, err := manager.DeleteAll(context.Background(), objects, options)
	if err != nil {
		return nil, err
	}
	wait := ssa.WaitOptions{Interval: pollInterval, Timeout: patience}
	if err := manager.WaitForSetTermination(changes, wait); err != nil {
		return nil, err
	}
	return changes.ToMap(), nil
}
