// Gitops is what GitOps tools make of our objects, by their own libraries: for tests. Objects come in on standard input, and what
// they were found to be, or what was done with them, goes out as JSON.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/fluxcd/pkg/ssa/utils"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

const usage = `usage:
  gitops kstatus                          how objects stand, by kstatus
  gitops argocd CONFIGMAP                 how they stand, by the health scripts of an argocd-cm
  gitops flux apply KUBECONFIG NAME       apply them as the Kustomization NAME, and wait until they are Current
  gitops flux prune KUBECONFIG NAME       delete those that the Kustomization NAME applied, and wait until they are gone
  gitops helmrelease                      what Flux makes of a HelmRelease: a HelmChart, and values for Helm
  gitops redis ADDRESS                    be the cache of Argo CD, until a signal ends it
`

// verdict is how one object stands.
type verdict struct {
	Status  string `json:"status"`
	Message string `json:"message"`
}

func main() {
	result, err := run(os.Args[1:])
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(result)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) (any, error) {
	switch {
	case len(args) == 1 && args[0] == "kstatus":
		return judgeAll(byKstatus)
	case len(args) == 2 && args[0] == "argocd":
		scripts, err := readScripts(args[1])
		if err != nil {
			return nil, err
		}
		return judgeAll(scripts.judge)
	case len(args) == 4 && args[0] == "flux":
		objects, err := utils.ReadObjects(os.Stdin)
		if err != nil {
			return nil, err
		}
		flux, err := newFlux(args[2], args[3])
		if err != nil {
			return nil, err
		}
		return flux.do(context.Background(), args[1], objects)
	case len(args) == 1 && args[0] == "helmrelease":
		return readHelmRelease(os.Stdin)
	case len(args) == 2 && args[0] == "redis":
		return nil, serveRedis(args[1])
	}
	return nil, errors.New(usage)
}

// judgeAll reads a JSON list of objects, and gives a verdict on each, in their order.
func judgeAll(judge func(*unstructured.Unstructured) (verdict, error)) ([]verdict, error) {
	var objects []*unstructured.Unstructured
	if err := json.NewDecoder(os.Stdin).Decode(&objects); err != nil {
		return nil, err
	}
	verdicts := make([]verdict, 0, len(objects))
	for _, object := range objects {
		found, err := judge(object)
		if err != nil {
			return nil, fmt.Errorf("%s %s: %w", object.GetKind(), object.GetName(), err)
		}
		verdicts = append(verdicts, found)
	}
	return verdicts, nil
}
