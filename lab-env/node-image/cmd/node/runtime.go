package main

import (
	"context"
	"fmt"
	"os"

	_ "github.com/containerd/containerd/v2/cmd/containerd/builtins"
	containerd "github.com/containerd/containerd/v2/cmd/containerd/command"
	ctr "github.com/containerd/containerd/v2/cmd/ctr/app"
)

var runtime = map[string]func(){
	"containerd": func() { exit(containerd.App().Run(context.Background(), os.Args)) },
	"ctr":        func() { exit(ctr.New().Run(context.Background(), os.Args)) },
}

func exit(err error) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %s\n", os.Args[0], err)
		os.Exit(1)
	}
}
