package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"k8s.io/client-go/rest"
	"k8s.io/component-base/version"

	"lab.statefulset/node/localvolumes"
)

// volumesRoot is the folder of the volumes, on the node and in the provisioner's container alike.
const volumesRoot = "/var/local-volumes"

var volumes = map[string]func(){
	"local-volumes": runLocalVolumes,
}

func runLocalVolumes() {
	if len(os.Args) > 1 && os.Args[1] == "--version" {
		fmt.Println("local-volumes", version.Get().GitVersion)
		return
	}
	node := os.Getenv("NODE_NAME")
	if node == "" {
		exit(errors.New("NODE_NAME must name the node that this container runs on"))
	}
	config, err := rest.InClusterConfig()
	exit(err)
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	exit(localvolumes.Run(ctx, config, &localvolumes.Provisioner{Node: node, Root: volumesRoot}))
}
