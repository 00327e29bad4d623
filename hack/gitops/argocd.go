package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	lua "github.com/yuin/gopher-lua"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"
)

// Argo CD gives a script so long.
const scriptTimeout = time.Second

// healthScripts is the data of an argocd-cm.
type healthScripts map[string]string

func readScripts(file string) (healthScripts, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var config corev1.ConfigMap
	if err := yaml.UnmarshalStrict(text, &config); err != nil {
		return nil, err
	}
	return config.Data, nil
}

// judge runs the script for the kind of an object, as Argo CD does: with the same interpreter and the same few libraries, of which its
// os, that tells no more than the time, is left out.
func (s healthScripts) judge(object *unstructured.Unstructured) (verdict, error) {
	if object.GetDeletionTimestamp() != nil {
		// No script is asked.
		return verdict{Status: "Progressing", Message: "Pending deletion"}, nil
	}
	kind := object.GroupVersionKind()
	script, ok := s["resource.customizations.health."+kind.Group+"_"+kind.Kind]
	if !ok {
		return verdict{}, errors.New("there is no health script")
	}
	state := lua.NewState(lua.Options{SkipOpenLibs: true})
	defer state.Close()
	ctx, cancel := context.WithTimeout(context.Background(), scriptTimeout)
	defer cancel()
	state.SetContext(ctx)
	for name, open := range map[string]lua.LGFunction{
		lua.LoadLibName: lua.OpenPackage,
		lua.BaseLibName: lua.OpenBase,
		lua.TabLibName:  lua.OpenTable,
	} {
		if err := state.CallByParam(lua.P{Fn: state.NewFunction(open), Protect: true}, lua.LString(name)); err != nil {
			return verdict{}, err
		}
	}
	state.SetGlobal("obj", toLua(state, object.Object))
	if err := state.DoString(script); err != nil {
		return verdict{}, err
	}
	health, ok := state.Get(-1).(*lua.LTable)
	if !ok {
		return verdict{}, fmt.Errorf("the script returned a %s, and no table", state.Get(-1).Type())
	}
	return verdict{
		Status:  lua.LVAsString(health.RawGetString("status")),
		Message: lua.LVAsString(health.RawGetString("message")),
	}, nil
}

// toLua gives a value of JSON to a script.
func toLua(state *lua.LState, value any) lua.LValue {
	switch value := value.(type) {
	case bool:
		return lua.LBool(value)
	case int64:
		return lua.LNumber(value)
	case float64:
		return lua.LNumber(value)
	case string:
		return lua.LString(value)
	case []any:
		list := state.NewTable()
		for _, item := range value {
			list.Append(toLua(state, item))
		}
		return list
	case map[string]any:
		table := state.NewTable()
		for key, item := range value {
			table.RawSetString(key, toLua(state, item))
		}
		return table
	}
	return lua.LNil
}
