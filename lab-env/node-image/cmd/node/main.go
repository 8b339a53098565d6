// Command node is every long-running program of a node, kubeadm and kubectl in one executable.
//
// It runs as the program that its own file name says, so the node image holds one file under many
// names (hard links), and the kernel keeps its pages once for all processes of all nodes.
package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// programs are the main functions by the file name that they run under.
var programs = map[string]func(){}

func init() {
	for _, group := range []map[string]func(){kubernetes, database, runtime, dns, volumes} {
		maps.Copy(programs, group)
	}
}

func main() {
	name := filepath.Base(os.Args[0])
	run, known := programs[name]
	if !known {
		names := slices.Sorted(maps.Keys(programs))
		fmt.Fprintf(os.Stderr, "%s: start me under one of these names: %s\n", name, strings.Join(names, ", "))
		os.Exit(2)
	}
	if name != "coredns" {
		hideCoreDNSFlags()
	}
	run()
}
