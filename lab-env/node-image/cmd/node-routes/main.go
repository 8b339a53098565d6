// Command node-routes keeps the routes of the node that it runs on to the Pods of the other nodes.
//
// POD_NETWORK is the cluster's Pod network, by default kind's own.
package main

import (
	"context"
	"log"
	"net/netip"
	"os"
	"os/signal"
	"syscall"

	"lab.statefulset/node/routes"
)

func main() {
	log.SetFlags(0) // the journal has the time
	network := os.Getenv("POD_NETWORK")
	if network == "" {
		network = "10.244.0.0/16"
	}
	pods, err := netip.ParsePrefix(network)
	if err != nil {
		log.Fatalf("POD_NETWORK: %s", err)
	}
	name, err := os.Hostname()
	if err != nil {
		log.Fatal(err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	keeper := routes.Keeper{Kubeconfig: "/etc/kubernetes/kubelet.conf", Node: name, Pods: pods.Masked()}
	keeper.Run(ctx)
}
